"""How the C library keeps memory that is free: without these, many threads hold several times what they use."""

import ctypes

# From malloc.h of glibc.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
# One heap for all threads: Python lets one of them work at a time, so that they hardly ever wait for it.
_ARENAS = 1
_LARGE = 256 * 1024


def keep_little() -> None:
    """Let the threads to come share one heap, and give large pieces back at once; does nothing but on glibc."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _ARENAS)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give free memory back to the system; takes some milliseconds."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
