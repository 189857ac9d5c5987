"""Many pictures: jobs, what became of each, and how they are painted."""
