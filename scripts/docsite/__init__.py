"""What `scripts/build_docs.py` builds the site from: a module for each part, and what they share."""
