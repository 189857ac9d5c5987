"""A page on this machine: pictures in, a queue of runs, the picture as it forms, all past runs.

The server keeps the queue and never computes; each run is painted by a process of its own, and all
that is known of it lies in its folder. Neither a closed tab nor the end of the server loses it.
"""
