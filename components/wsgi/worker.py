"""Runs a WSGI application (PEP 3333) for the server that has started this program.

Requests come by a queue that the threads of this program share: a socket of datagrams, each of which is a tuple in
the form of marshal: the request's number, its environ, the first bytes of its body, and whether more will come. So
there is nothing to parse here. What is in the queue the server can take back, for another process that is idle, or
when this one has died. An empty datagram tells a thread to end.

The answer goes back in frames, over a socket that each thread makes for itself, and hands over by the control socket:

    kind (1 byte), the request's number (4 bytes), length of the head (4 bytes), length of the body (8 bytes), head, body

    W  a whole response                      R  give me so many bytes more of the request's body
    H  a head, and a first piece             F  a head, and a file that is sent with it
    C  one more piece                        X  what went wrong, and the traceback
    L  the last piece                        E  the end, behind the last piece
    S  may I have the client's socket?       P  so many bytes have I sent by it
                                             G  the client takes no more, and why

A head is the status, and a line for each field: its name, a NUL, and its value. Of the request's body the server
sends what was asked for, behind its length: 0 at the end, -1 if the client has broken off. When nobody wants an answer
any more the server closes the thread's socket to what is written, and the thread makes another one.

The rest of a long answer need not go through the server. If the client has a socket of its own, without TLS or a filter
before it, the server lends that, and the thread writes to it.
"""

import io
import os
import select
import socket
import stat
import struct
import sys
import threading
import time
from marshal import loads
from os import write
from time import monotonic

PIECE = struct.Struct('<i')     # of a request's body
LOAN = struct.Struct('<BII')    # how the client's socket is lent, and two times in milliseconds
COUNT = struct.Struct('<Q')     # of bytes that were sent by it
REQUEST = 256 << 10             # bytes of the largest request without the rest of its body
COPIED = 16 << 10               # bytes; what is longer is sent from where it is
WHOLE = 256 << 10               # bytes; what is not longer is sent in one frame, if it is the whole answer
LONG = 32 << 10                 # bytes; when an answer in pieces has more, the rest is sent by the client's socket
SMALL = 8 << 10                 # bytes of a piece that may share a packet with others,
PAUSE = 0.001                   # seconds between two that follow closely,
BRISK = 64                      # and how many have to do so

NO_BYTES = 'a piece of the body is %r, and not bytes'
TOO_LONG = 'the body is longer than the Content-Length'

fields_of = '\0'.join


class Gone(Exception):
    """Nobody waits for the answer any more."""


class Line:
    """The socket by which a thread answers."""

    __slots__ = 'control', 'sock', 'begun', 'torn', 'owed'

    def __init__(self, control):
        self.control, self.sock, self.begun = control, None, False
        self.connect()

    def connect(self):
        """Makes the socket, and hands the server its end."""
        if self.sock:
            self.sock.close()
        self.sock, theirs = socket.socketpair()
        self.sock.settimeout(None)  # whatever the application has set for sockets
        self.torn = self.owed = False
        with theirs:
            self.control.sendmsg([pack(b'T', 0, 0, os.getpid())], rights(theirs.fileno()))

    def send(self, kind, number, head, body=b'', fd=None, before=b''):
        """Sends a frame, and one before it. It raises Gone if nobody wants the answer any more."""
        start = before + pack(kind, number, len(head), len(body) if fd is None else body) + head
        if forked:
            leave()
        if self.torn:
            raise Gone
        self.torn = True  # a signal may end this by an exception
        try:
            self.put(start, body, fd)
        except OSError as error:
            if self.begun:
                raise Gone from error
            self.connect()  # it was closed for the sake of the answer before
            self.torn = True
            try:
                self.put(start, body, fd)
            except OSError as error:
                raise Gone from error
        self.begun, self.torn = True, False

    def put(self, start, body, fd):
        if fd is not None:
            self.sock.sendmsg([start], rights(fd))
        elif len(body) <= COPIED:
            self.sock.sendall(start + body)
        else:
            sent = self.sock.sendmsg([start, body]) - len(start)
            self.begun = True
            self.sock.sendall(memoryview(body)[sent:] if sent >= 0 else start[sent:] + body)

    def ask(self, number, before, left):
        """Asks for the client's socket, behind a frame: returns a Client, or None if there is no such socket."""
        self.send(b'S', number, b'', before=before)
        self.owed = True
        try:
            loan, ancillary, *_ = self.sock.recvmsg(LOAN.size, socket.CMSG_SPACE(4), getattr(socket, 'MSG_CMSG_CLOEXEC', 0))
        except OSError as error:
            raise Gone from error
        if len(loan) != LOAN.size:
            raise Gone
        self.owed = False
        for _, _, data in ancillary:
            return Client(self, number, left, *struct.unpack('i', data), *LOAN.unpack(loan))


class Client:
    """The client's socket, which the server has lent for the rest of a long answer."""

    __slots__ = 'line', 'number', 'left', 'fd', 'chunked', 'stall', 'tick', 'sent', 'due', 'room'

    def __init__(self, line, number, left, fd, how, stall, tick):
        self.line, self.number, self.left, self.fd, self.chunked = line, number, left, fd, how == 2
        self.stall, self.tick, self.sent, self.due = stall, tick, 0, monotonic() + tick / 1000
        self.room = select.poll()
        self.room.register(fd, select.POLLOUT)

    def pour(self, pieces):
        """Sends pieces, and tells the server from time to time. It raises Gone if the client does not take them.

        This is one loop, since there may be thousands. When small pieces follow each other closely, they share packets.
        """
        fd, chunked, brisk, last = self.fd, self.chunked, 0, 0
        for data in pieces:
            if type(data) is not bytes:
                raise TypeError(NO_BYTES % type(data))
            size = len(data)
            if size == 0:
                continue
            if self.left is not None:
                if size > self.left:
                    raise AssertionError(TOO_LONG)
                self.left -= size
            if chunked and size > COPIED:
                self.put([b'%x\r\n' % size, data, b'\r\n'])
            else:
                if chunked:
                    data = b'%x\r\n%b\r\n' % (size, data)
                try:
                    sent = write(fd, data)
                except OSError:
                    sent = 0
                if sent != len(data):
                    self.put([memoryview(data)[sent:]])
            self.sent += size
            now = monotonic()
            if now > self.due:
                self.tell()
            if size <= SMALL and now - last < PAUSE:
                brisk += 1
                if brisk == BRISK:
                    self.gather(True)
            else:
                if brisk >= BRISK:
                    self.gather(False)
                brisk = 0
            last = now
            if self.left == 0:
                break
        if brisk >= BRISK and self.fd is not None:
            self.gather(False)

    def put(self, pieces):
        """Sends pieces as the client takes them."""
        waits = 0
        while True:
            try:
                sent = os.writev(self.fd, pieces)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self.gone(error)
            while pieces and sent >= len(pieces[0]):
                sent -= len(pieces.pop(0))
            if not pieces:
                return
            pieces[0] = memoryview(pieces[0])[sent:]
            waits = 0 if self.room.poll(self.tick) else waits + self.tick
            if 0 < self.stall <= waits:
                self.gone('it took nothing for %d ms' % waits)
            if monotonic() > self.due:
                self.tell()

    def gather(self, on):
        """Says whether a small packet may wait until the one before has arrived, so that what follows gets into it."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, self.fd)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, not on)
        except OSError:
            pass  # it is a socket of Unix, which has no packets
        finally:
            sock.detach()

    def tell(self):
        self.due = monotonic() + self.tick / 1000
        self.line.send(b'P', self.number, COUNT.pack(self.sent))

    def progress(self):
        """Returns the frame that tells how much was sent."""
        return pack(b'P', self.number, COUNT.size, 0) + COUNT.pack(self.sent)

    def gone(self, why):
        self.line.send(b'G', self.number, str(why).encode())
        raise Gone

    def close(self):
        """Returns the socket."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


class Errors:
    """The wsgi.errors of one request: its lines go to the server's log, with the request's name."""

    __slots__ = 'name', 'line'

    def __init__(self, name):
        self.name, self.line = name, ''

    def write(self, text):
        *lines, self.line = (self.line + text).split('\n')
        if lines:
            sys.stderr.write(''.join(['\0%s\0%s\n' % (self.name, line) for line in lines]))

    def writelines(self, lines):
        self.write(''.join(lines))

    def flush(self):
        if self.line:
            self.write('\n')


class Body(io.RawIOBase):
    """The body of a request that has not come as a whole: it is asked for as the application reads it."""

    def __init__(self, line, number, start, length):
        self.line, self.number, self.start = line, number, start
        self.left = int(length) if length else None

    def readable(self):
        return True

    def readinto(self, room):
        n = self.take(room)
        if self.left is not None:
            self.left -= n
        return n

    def take(self, room):
        if self.start:
            n = min(len(room), len(self.start))
            room[:n], self.start = self.start[:n], self.start[n:]
            return n
        if self.line is None or self.left == 0:
            return 0
        if self.line.owed:
            raise ConnectionError('a read before this one was broken off')
        self.line.send(b'R', self.number, PIECE.pack(len(room)))
        size, self.line.owed = bytearray(PIECE.size), True  # a signal may end this by an exception
        got = receive(self.line.sock, size, room) - PIECE.size
        n, = PIECE.unpack(size)
        if n > 0:
            receive(self.line.sock, memoryview(room)[got:n])
            self.line.owed = False
            return n
        self.line.owed, self.line = False, None
        if n < 0:
            raise ConnectionError('the client has broken off in the body of its request')
        return 0

    def readall(self):
        if self.left is None:
            whole, room = io.BytesIO(), memoryview(bytearray(REQUEST))
            n = self.readinto(room)
            while n:
                whole.write(room[:n])
                n = self.readinto(room)
            return whole.getvalue()
        reader = io.BufferedReader(self, 1)  # it reads so much to where it is to be
        whole = reader.read(self.left)
        reader.detach()
        return whole


class FileWrapper:
    """wsgi.file_wrapper: the server sends the file by itself, if it is one of the system."""

    def __init__(self, file, size=8192):
        self.file, self.size = file, size
        if hasattr(file, 'close'):
            self.close = file.close

    def __iter__(self):
        return iter(lambda: self.file.read(self.size), b'')

    def section(self):
        """Returns the file's descriptor, where it is to be read from, and how much there is; or None."""
        try:
            fd, start = self.file.fileno(), self.file.tell()
            status = os.fstat(fd)
        except (AttributeError, OSError, ValueError):
            return None
        if stat.S_ISREG(status.st_mode) and not isinstance(self.file, io.TextIOBase):
            return fd, start, max(status.st_size - start, 0)


class Response:
    """What one call of the application answers."""

    __slots__ = 'line', 'number', 'head', 'left', 'size', 'client', 'begun', 'ended'

    def __init__(self, line, number):
        self.line, self.number, self.size = line, number, 0
        self.head = self.left = self.client = None
        self.begun = self.ended = False

    def start(self, status, fields, exc_info=None):
        """start_response."""
        if exc_info:
            try:
                if self.begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None:
            raise AssertionError('start_response was called twice, and without exc_info')
        if type(status) is not str or type(fields) is not list:
            raise TypeError('start_response takes a str and a list, not %r and %r' % (status, fields))
        head = '\n'.join([status, *map(fields_of, fields)])
        if head.count('\n') != len(fields):
            raise ValueError('there is a line break in %r or %r' % (status, fields))
        if len(head) > MOST_HEAD:
            raise ValueError('the head has %d bytes, and may have %d' % (len(head), MOST_HEAD))
        self.head, self.left = head.encode('latin-1'), None
        for name, value in fields:
            if len(name) == 14 and name.lower() == 'content-length':
                self.left = int(value)
        return self.write

    def write(self, data):
        """Sends a piece of the body, the first one with the head before it."""
        if type(data) is not bytes:
            raise TypeError(NO_BYTES % type(data))
        if self.head is None:
            raise AssertionError('start_response was not called')
        if not data:
            return
        self.size += len(data)
        last = self.left == len(data)
        if self.left is not None and self.left < len(data):
            raise AssertionError(TOO_LONG)
        if self.client is None and self.size > (WHOLE if last and not self.begun else LONG):
            self.direct()
        if self.client:
            return self.directly([data])
        if self.left is not None:
            self.left -= len(data)
        self.ended = last
        if self.begun:
            self.send(b'L' if last else b'C', b'', data)
        else:
            self.begun = True
            self.send(b'W' if last else b'H', self.head, data)

    def direct(self):
        """Asks for the client's socket, behind the head."""
        head = b'' if self.begun else pack(b'H', self.number, len(self.head), 0) + self.head
        self.begun = True
        self.client = self.line.ask(self.number, head, self.left) or False

    def directly(self, pieces):
        """Sends pieces by the client's socket."""
        try:
            self.client.pour(pieces)
        except Gone:
            self.ended = True
            self.client.close()
            raise
        self.left = self.client.left
        if self.left == 0:
            self.end()

    def end(self):
        """Sends the end, if that is not sent."""
        if self.ended:
            return
        if self.begun and self.left:
            raise AssertionError('the body is shorter than the Content-Length')
        if self.head is None:
            raise AssertionError('start_response was not called')
        self.ended = True
        if self.begun:
            self.send(b'E', b'', b'')
        else:
            self.begun = True
            self.send(b'W', self.head, b'')

    def whole(self, data):
        """Sends the only piece of the body."""
        if self.begun or self.head is None or type(data) is not bytes or len(data) > WHOLE:
            if self.head and self.left is None and not self.begun and type(data) is bytes:
                self.head, self.left = self.head + b'\nContent-Length\0%d' % len(data), len(data)
            self.write(data)
            return self.end()
        self.begun = self.ended = True
        self.send(b'W', self.head, data)

    def file(self, fd, start, size):
        """Sends a file: the server gets the descriptor, and reads it."""
        self.begun = self.ended = True
        self.send(b'F', struct.pack('<Q', start) + self.head, size, fd)

    def fail(self, error):
        """Tells what went wrong, whatever was sent before."""
        if not self.ended:
            self.begun = self.ended = True
            summary, text = told(error)
            self.send(b'X', summary[:MOST_LINE], text[:MOST_TEXT])

    def send(self, kind, head, body, fd=None):
        before = b''
        if self.client:
            self.client.close()
            before = self.client.progress()
        try:
            self.line.send(kind, self.number, head, body, fd, before)
        except Gone:
            self.begun = self.ended = True
            raise


def answer(application, line, number, environ, body, more):
    """Calls the application for one request."""
    line.begun = False
    errors = environ['wsgi.errors'] = Errors(environ.get('REQUEST_ID', ''))
    environ['wsgi.input'] = io.BufferedReader(Body(line, number, body, environ.get('CONTENT_LENGTH')), REQUEST) if more else io.BytesIO(body)
    response, result = Response(line, number), None
    try:
        result = application(environ, response.start)
        if type(result) is list and len(result) == 1:
            response.whole(result[0])
        elif type(result) is FileWrapper and response.head and not response.begun and result.section():
            response.file(*result.section())
        else:
            pieces = iter(result)
            for data in pieces:
                response.write(data)
                if response.client:
                    response.directly(pieces)
            response.end()
    except Gone:
        raise
    except BaseException as error:
        if forked:
            leave(error)
        errors.write(told(error)[1].decode())
        response.fail(error)
    finally:
        errors.flush()
        if hasattr(result, 'close'):
            close(result, errors)


def close(result, errors):
    """Calls the close of what the application has returned. The answer is on its way by then."""
    try:
        result.close()
    except BaseException as error:
        if forked:
            leave(error)
        errors.write(told(error)[1].decode())


def receive(sock, needed, *more):
    """Fills what is needed, and puts into more what has come with it. It returns how much came."""
    got, size = 0, len(needed)
    while got < size:
        n = sock.recvmsg_into([memoryview(needed)[got:], *more])[0]
        if not n:
            raise Gone
        got += n
    return got


def serve(application, control, queue, environ):
    """Answers requests, in a thread of its own, until the server has no more."""
    line, room = Line(control), bytearray(REQUEST)
    while queue.recv_into(room):
        number, request, body, more = loads(room)
        try:
            answer(application, line, number, {**environ, **request}, body, more)
        except Gone:
            line.connect()
        if line.torn or line.owed:
            line.connect()  # what is still to come by it is not for the next request


def end_with(control, grace):
    """Ends the program if it has not ended by itself, some time after the server wants no more of it, or has gone."""
    control.recv(1)
    time.sleep(grace)
    os._exit(1)


def main(directory, module, name, threads, processes, reload, grace):
    control, queue = socket.socket(fileno=3), socket.socket(fileno=4)
    control.set_inheritable(False)
    queue.set_inheritable(False)
    threading.Thread(target=end_with, args=(control, grace), daemon=True).start()
    application = begin(control, directory, module, name, reload)
    if application is None:
        return
    environ = {
        'wsgi.version': (1, 0), 'wsgi.run_once': False, 'wsgi.input_terminated': True, 'wsgi.file_wrapper': FileWrapper,
        'wsgi.multithread': threads > 1, 'wsgi.multiprocess': processes > 1,
    }
    others = [threading.Thread(target=serve, args=(application, control, queue, environ)) for _ in range(1, threads)]
    for thread in others:
        thread.start()
    serve(application, control, queue, environ)
    for thread in others:
        thread.join()


main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6] == 'reload', int(sys.argv[7]))
