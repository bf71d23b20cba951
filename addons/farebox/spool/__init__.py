"""The durable hand-over: a worker appends, the recorder reads.

One folder per worker, named by its id, with append-only segment files in it and a lock file that its worker holds while
it lives. What is appended survives `kill -9`; a power cut can take what the kernel has not written back yet.
"""
