"""libliandong as a desk's program has it, through its shared library: the struct of options as client.h has it."""
import ctypes
import os

from harness import BUILD


class Options(ctypes.Structure):
    _fields_ = [("address", ctypes.c_char_p), ("token", ctypes.c_char_p), ("client", ctypes.c_char_p),
                ("events", ctypes.c_bool), ("resume", ctypes.c_bool), ("after", ctypes.c_int64),
                ("on_event", ctypes.c_void_p), ("on_state", ctypes.c_void_p), ("arg", ctypes.c_void_p),
                ("call_timeout_ms", ctypes.c_int), ("once", ctypes.c_bool)]


class Tls(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("ca_file", ctypes.c_char_p), ("crl_file", ctypes.c_char_p),
                ("cert_file", ctypes.c_char_p), ("key_file", ctypes.c_char_p), ("server_name", ctypes.c_char_p),
                ("insecure_plain", ctypes.c_bool)]


def library():
    lib = ctypes.CDLL(os.path.join(BUILD, "libliandong.so.0"))
    lib.liandong_open_tls.restype = ctypes.c_void_p
    lib.liandong_open_tls.argtypes = [ctypes.POINTER(Options), ctypes.POINTER(Tls), ctypes.c_char_p, ctypes.c_size_t]
    lib.liandong_wait.restype = ctypes.c_bool
    lib.liandong_wait.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.liandong_timeout.argtypes = [ctypes.c_void_p]
    lib.liandong_close.argtypes = [ctypes.c_void_p]
    for name in ("liandong_error", "liandong_fault"):
        getattr(lib, name).restype = ctypes.c_char_p
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    return lib


def connect(address, token="t", wait_ms=12000, size=None, tls=True, ask_timeout=False, **members):
    """Opens a session once: ("", "") when it is up, else the fault's word and the sentence; ("open", why) where it was
    refused before anything was sent. `members` are those of struct liandong_tls; tls=False: liandong_open.
    ask_timeout: ("waits", ms until it gives up) of one that still waits."""
    lib, why = library(), ctypes.create_string_buffer(600)
    options = Options(address=address.encode(), token=token.encode() if token else None, client=b"test", once=True)
    how = Tls(size=ctypes.sizeof(Tls) if size is None else size,
              **{k: v.encode() if isinstance(v, str) else v for k, v in members.items() if v is not None})
    link = lib.liandong_open_tls(options, how if tls else None, why, len(why))
    if not link:
        return "open", why.value.decode()
    up = lib.liandong_wait(link, wait_ms)
    if ask_timeout and not up:
        left = lib.liandong_timeout(link)
        lib.liandong_close(link)
        return "waits", left
    fault, error = lib.liandong_fault(link).decode(), lib.liandong_error(link).decode()
    lib.liandong_close(link)
    return ("", "") if up else (fault, error)
