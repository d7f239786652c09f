"""What the programs that run applications have in common: this goes before worker.py, or asgi.py.

The server has given the program two sockets: the control socket, by which the program tells of itself, and the queue
of requests. What the program says are frames, of which worker.py tells.
"""

import importlib
import os
import socket
import struct
import sys
import threading
import time
import traceback

FRAME = struct.Struct('<cIIQ')  # kind, number of the request, length of the head, and of the body

pack = FRAME.pack

MOST_HEAD = 255 << 10           # bytes of the largest head that an application may make: a frame has room for some more
MOST_LINE = 1000                # bytes that are told of what went wrong in one line,
MOST_TEXT = 1 << 20             # and in a whole traceback


forked = []                     # has something in a process that the application has forked


def leave(error=None):
    """Ends a process that the application has forked, when that comes back here: the requests are its parent's."""
    status = 0 if error is None else getattr(error, 'code', 1)
    if status and type(status) is not int:
        sys.stderr.write('%s\n' % status)
        status = 1
    os._exit(status or 0)


os.register_at_fork(after_in_child=lambda: forked.append(True))


def rights(fd):
    """Returns the ancillary data that passes a descriptor on."""
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('i', fd))]


def told(error):
    """Returns what went wrong in one line, and the traceback without the frames of this program."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_globals is globals():
        frames = frames.tb_next
    last = frame = frames
    while frame:
        if frame.tb_frame.f_globals is not globals():
            last = frame
        frame = frame.tb_next
    if last:
        last.tb_next = None
    lines = traceback.format_exception(type(error), error, frames)
    return tuple(text.encode('utf-8', 'backslashreplace') for text in (lines[-1].strip(), ''.join(lines)))


def begin(control, directory, module, name, reload):
    """Imports the application. If that fails it tells the server, and returns None."""
    application = error = None
    try:
        application = load(directory, module, name)
    except BaseException as failed:
        error = failed
        refuse(control, *told(error))
    if reload:
        threading.Thread(target=watch, args=(control, error, sources(error)), daemon=True).start()
        if error:
            control.recv(1)
    return application


def refuse(control, summary, text):
    """Tells the server why the application can not begin."""
    summary, text = summary[:MOST_LINE], text[:MOST_TEXT]
    control.sendall(pack(b'X', 0, len(summary), len(text)) + summary + text)


def load(directory, module, name):
    """Imports the application."""
    sys.path[0] = directory
    found = importlib.import_module(module)
    for part in name.split('.'):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError('%s:%s is not callable' % (module, name))
    return found


def sources(error):
    """Returns the files that the application is made of, and those that it has failed in."""
    names = {getattr(module, '__file__', None) for module in list(sys.modules.values())}
    while error:
        names.update(frame.filename for frame in traceback.extract_tb(error.__traceback__))
        names.add(getattr(error, 'filename', None))
        error = error.__cause__ or error.__context__
    names.update(entry.path for entry in os.scandir('.') if entry.name.endswith('.py'))
    return {name: changed(name) for name in names if isinstance(name, str)}


def changed(name):
    """Returns when a file was changed."""
    try:
        return os.stat(name).st_mtime_ns
    except OSError:
        return None


def watch(control, error, before, every=0.5):
    """Tells the server, once, when a source is not as before."""
    while all(changed(name) == when for name, when in before.items()):
        time.sleep(every)
        before = {**sources(error), **before}
    control.sendall(pack(b'M', 0, 0, 0))
