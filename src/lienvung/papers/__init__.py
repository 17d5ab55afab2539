"""Files and official documents: what is stored, who may open it, and how an official document is laid out."""
