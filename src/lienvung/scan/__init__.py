"""What a label's code answers: the consumer's page, the link set for machines, and the labels themselves."""
