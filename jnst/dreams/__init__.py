"""Dreams upon pictures, and pictures of what single channels respond to."""
