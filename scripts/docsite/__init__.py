"""What `scripts/build_docs.py` builds the site from: its parts, and what they share."""
