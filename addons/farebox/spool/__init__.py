"""The durable hand-over: a worker appends, the recorder reads.

Each worker has a folder, named by its id, with append-only segment files and a lock file that the worker holds while it
lives. Appended messages survive `kill -9`; a power cut can take those that the kernel hasn't written to the disk yet.
"""
