"""What consumers report from the scan page, complaints, and the cases that they become."""
