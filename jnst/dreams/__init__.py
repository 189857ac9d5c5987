"""What networks see: dreams upon pictures, and pictures of single channels."""
