"""Runs an ASGI application (version 3) for the server that has started this program.

One event loop answers all requests. They come by the queue of which worker.py tells, with the scope in the place of the
environ. By the control socket the server says of a request, with a letter and its number, that the client has gone (D),
or that it has taken too long (K).

Answers are frames as in worker.py. An answer that is ready as a whole goes over a socket that all share, together with
those that the same turn of the loop has made. One that comes in pieces, and one for which the body of the request must
be asked for, has a socket of its own until it is complete: the server reads that as the client takes it, so the
application waits in send() when the client has enough, and the client waits while the application does not receive().
"""

import asyncio
import os
import socket
import struct
import sys
import threading
import time
from collections import deque
from marshal import loads

TOLD = struct.Struct('<cI')     # what the server says of a request
PIECE = struct.Struct('<i')     # of a request's body
REQUEST = 256 << 10             # bytes of the largest request without the rest of its body
ASKED = 64 << 10                # bytes of a request's body that are asked for at once
WHOLE = 256 << 10               # bytes; what is not longer goes over the common socket, if it is the whole answer
ENOUGH = 64 << 10               # bytes; when a socket has not taken more than these, the application waits
TURN = 16                       # requests that are taken from the queue before those that run go on
SPARE = 32                      # sockets that are kept for the next long answer
HEAD = 0.05                     # seconds that a head waits for the first piece of the body, to go with it
PATIENCE = 10                   # seconds that an application may go on for a client that has gone


class Gone(OSError):
    """Nobody waits for the answer any more: what send() raises then."""


class Line:
    """A socket to the server."""

    __slots__ = 'worker', 'sock', 'parts', 'size', 'planned', 'blocked', 'waiting', 'used', 'begun', 'free', 'dead'

    def __init__(self, worker):
        self.worker, self.parts, self.size, self.waiting = worker, [], 0, []
        self.sock = None
        self.planned = self.free = False
        self.connect()

    def connect(self):
        """Makes the socket, and hands the server its end."""
        if self.sock:
            self.sock.close()
        self.sock, theirs = socket.socketpair()
        self.sock.setblocking(False)
        self.used = self.begun = self.blocked = self.dead = False
        with theirs:
            self.worker.control.sendmsg([pack(b'T', 0, 0, os.getpid())], rights(theirs.fileno()))

    def add(self, kind, number, head, body=b''):
        """Adds a frame to what is to be sent."""
        self.parts.append(pack(kind, number, len(head), len(body)) + head)
        if body:
            self.parts.append(body)
        self.size += len(self.parts[-1]) if not body else len(body) + len(self.parts[-2])

    def plan(self):
        """Has it sent at the end of this turn of the loop."""
        if not self.planned:
            self.planned = True
            self.worker.loop.call_soon(self.flush)

    def flush(self):
        """Sends what the socket takes now, and the rest when it takes more."""
        self.planned = False
        if self.parts and not self.blocked and not self.dead:
            self.put()

    def put(self):
        data = self.parts[0] if len(self.parts) == 1 else b''.join(self.parts)
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            if self.used and not self.begun:  # it was closed for the sake of the answer before
                self.connect()
                return self.put()
            return self.lose()
        self.begun = True
        self.size -= sent
        if self.size:
            self.parts = [memoryview(data)[sent:]]
            if not self.blocked:
                self.blocked = True
                self.worker.loop.add_writer(self.sock, self.put)
            return
        self.parts = []
        self.worker.leaving.discard(self)
        if self.blocked:
            self.blocked = False
            self.worker.loop.remove_writer(self.sock)
        self.wake()
        if self.free:
            self.release()

    async def wait(self):
        """Waits until something happens to the socket. It raises Gone if that is its end."""
        future = self.worker.loop.create_future()
        self.waiting.append(future)
        await future
        if self.dead:
            raise Gone('the client has gone')

    def wake(self):
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def drain(self, enough=ENOUGH):
        """Waits until the server has taken what was added, or but for so much."""
        while self.size > enough:
            await self.wait()

    async def read(self, room, needed):
        """Fills the room as far as it is needed, or farther. It returns how much there is."""
        got = 0
        while got < needed:
            try:
                n = self.sock.recv_into(memoryview(room)[got:])
            except BlockingIOError:
                self.worker.loop.add_reader(self.sock, self.heard)
                await self.wait()
                continue
            if not n:
                raise Gone('the client has gone')
            got += n
        return got

    def heard(self):
        self.worker.loop.remove_reader(self.sock)
        self.wake()

    def release(self):
        """Gives the socket back when all is sent."""
        self.free = self.size > 0
        if self.free or self.dead:
            return
        self.used, self.begun = True, False
        if len(self.worker.spare) < SPARE:
            self.worker.spare.append(self)
        else:
            self.lose()

    def lose(self):
        """Closes the socket: nobody wants what is to be sent, nor what was to follow."""
        if self.dead:
            return
        self.worker.loop.remove_reader(self.sock)
        self.worker.loop.remove_writer(self.sock)
        self.dead, self.parts, self.size = True, [], 0
        self.worker.leaving.discard(self)
        self.sock.close()
        self.wake()
        if self is self.worker.common:
            self.worker.end()  # there is no server


class Request:
    """A request, and the answer to it."""

    __slots__ = ('worker', 'number', 'scope', 'body', 'more', 'rest', 'piece', 'over', 'head', 'left', 'line',
                 'mute', 'begun', 'closed', 'answered', 'gone', 'task', 'timer')

    def __init__(self, worker, number, scope, body, more):
        self.worker, self.number, self.scope, self.body, self.more = worker, number, scope, body, more
        self.piece = self.over = self.head = self.left = self.line = self.timer = None
        self.rest = -1  # bytes of the body that are to come; less than 0 if that is not known
        if more:
            self.rest = next((int(value) - len(body) for name, value in scope['headers'] if name == b'content-length'), -1)
        self.mute = scope['method'] == 'HEAD'
        self.begun = self.closed = self.answered = self.gone = False

    async def run(self, application):
        """Calls the application."""
        try:
            await application(self.scope, self.receive, self.send)
            if not self.answered and not self.gone:
                raise RuntimeError('the application has returned before its answer was complete')
        except BaseException as error:
            if forked:
                leave(error)
            self.fail(error)
        finally:
            self.finish()

    async def receive(self):
        """What the application awaits to hear of the client."""
        while not self.answered and not self.gone:
            body, self.body = self.body, None
            if body or body is not None and not self.more:
                return {'type': 'http.request', 'body': body, 'more_body': self.more}
            if not self.more or self.closed:  # the server gives no more of the body when it has the whole answer
                if self.over is None:
                    self.over = asyncio.Event()
                await self.over.wait()
                break
            piece = self.piece = self.piece or self.worker.loop.create_task(self.ask())
            body = await asyncio.shield(piece)  # who waits may be cancelled, and the piece comes nevertheless
            if self.piece is piece:
                self.body, self.piece = body, None
        return {'type': 'http.disconnect'}

    async def ask(self):
        """Asks the server for a piece of the body, and returns it. The last one is empty."""
        line, room = self.own(), bytearray(PIECE.size + ASKED)
        line.add(b'R', self.number, PIECE.pack(ASKED))
        line.flush()
        try:
            got = await line.read(room, PIECE.size)
            size, = PIECE.unpack_from(room)
            if size >= 0:
                if got < PIECE.size + size:
                    rest = memoryview(room)[got:PIECE.size + size]
                    await line.read(rest, len(rest))
                self.rest -= size
                self.more = size > 0 and self.rest != 0
                return bytes(memoryview(room)[PIECE.size:PIECE.size + size])
        except OSError:
            pass
        self.leave()

    async def send(self, message):
        """What the application awaits to answer."""
        kind = message['type']
        if self.line and self.line.dead:
            self.leave()
        if self.gone:
            raise Gone('the client has gone')
        if kind == 'http.response.body':
            line = self.write(message.get('body', b''), message.get('more_body', False))
            if line and line.size > ENOUGH:
                await line.drain()
        elif kind == 'http.response.start':
            self.start(message['status'], message.get('headers', ()))
        else:
            raise ValueError('the server knows no message %r from an application' % kind)

    def start(self, status, headers):
        """Keeps the head, to be sent with the first piece of the body."""
        if self.head is not None:
            raise RuntimeError('http.response.start was sent twice')
        if type(status) is not int:
            raise TypeError('the status is %r, and not an int' % (status,))
        lines, left = [b'%d ' % status], None
        for name, value in headers:
            if len(name) == 14 and name.lower() == b'content-length':
                left = int(value)
            lines.append(name + b'\0' + value)
        head = b'\n'.join(lines)
        if head.count(b'\n') != len(lines) - 1:
            raise ValueError('there is a line break in the headers %r' % (headers,))
        if len(head) > MOST_HEAD:
            raise ValueError('the headers have %d bytes, and may have %d' % (len(head), MOST_HEAD))
        self.head, self.left = head, left
        if self.mute or status == 204 or status == 304:
            self.mute, self.left = True, None
        self.worker.expect(self)

    def write(self, body, more):
        """Sends a piece of the body, the first one with the head before it. It returns the socket by which it goes, if
        that may have enough."""
        if self.head is None:
            raise RuntimeError('http.response.body was sent before http.response.start')
        if self.answered:
            raise RuntimeError('http.response.body was sent behind the last one')
        if type(body) is not bytes:
            if not isinstance(body, (bytes, bytearray, memoryview)):
                raise TypeError('the body is %r, and not bytes' % type(body))
            body = bytes(body)
        if self.mute:
            body = b''
        if self.left is not None:
            self.left -= len(body)
            if self.left < 0:
                raise RuntimeError('the body is longer than the Content-Length')
            if self.left and not more:
                raise RuntimeError('the body is shorter than the Content-Length')
        last = not more or self.left == 0 or self.mute
        line = None if self.closed else self.frame(body, last)
        if not more:
            self.answered = True
            if self.over:
                self.over.set()
        return line

    def frame(self, body, last):
        """Adds a frame, and returns the socket by which it goes."""
        if forked:
            leave()
        self.closed = last
        if not self.begun:
            self.begun = True
            self.worker.heads.discard(self)
            if last and self.line is None and len(body) <= WHOLE:
                line = self.worker.common
                line.add(b'W', self.number, self.head, body)
                line.plan()
                return line
            kind, head = (b'W' if last else b'H'), self.head
        elif body:
            kind, head = (b'L' if last else b'C'), b''
        elif last:
            kind, head = b'E', b''
        else:
            return None
        line = self.own()
        line.add(kind, self.number, head, body)
        line.flush()
        if last:
            self.done()
        return line

    def own(self):
        """Returns the socket that this answer has for itself."""
        if self.line is None:
            spare = self.worker.spare
            self.line = spare.popleft() if spare else Line(self.worker)
        return self.line

    def done(self):
        """Gives the socket back, when the piece has come that was asked for by it."""
        line, self.line = self.line, None
        if line and line.size:
            self.worker.leaving.add(line)
        if line and self.piece:
            self.piece.add_done_callback(lambda _: line.release())
        elif line:
            line.release()

    def leave(self, at_once=False):
        """Tells the application that the client has gone, and ends it if it does not end by itself."""
        if self.gone or self.closed:
            return
        self.gone = True
        if self.over:
            self.over.set()
        if self.line:
            self.line.lose()
        if at_once:
            self.task.cancel()
        else:
            self.timer = self.worker.loop.call_later(PATIENCE, self.task.cancel)

    def fail(self, error):
        """Tells what went wrong, whatever was sent before."""
        if self.gone and isinstance(error, (Gone, asyncio.CancelledError)):
            return
        summary, text = told(error)
        log(self.name(), text)
        if self.closed or self.gone:
            return
        self.closed = True
        line = self.own() if self.begun else self.line or self.worker.common
        line.add(b'X', self.number, summary[:MOST_LINE], text[:MOST_TEXT])
        line.plan() if line is self.worker.common else line.flush()
        self.done()

    def name(self):
        return self.scope.get('extensions', {}).get('kamaelia', {}).get('request_id', '')

    def finish(self):
        """Notes that the application has returned."""
        self.answered = True
        if self.over:
            self.over.set()
        if self.timer:
            self.timer.cancel()
        if self.gone:
            self.worker.common.add(b'E', self.number, b'')  # for who counts
            self.worker.common.plan()
        self.worker.finished(self)


class Worker:
    """What the requests share."""

    def __init__(self, application, control, queue, most, state):
        self.application, self.control, self.queue, self.most, self.state = application, control, queue, most, state
        self.loop = asyncio.get_running_loop()
        self.room, self.requests, self.spare, self.heads = bytearray(REQUEST), {}, deque(), set()
        self.ended = self.loop.create_future()
        self.reading = self.ending = self.looking = False
        self.leaving = set()  # that have the end of an answer to send
        self.common = Line(self)
        eager = {'eager_start': True} if sys.version_info >= (3, 12) else {}
        self.task = lambda request: asyncio.Task(request.run(application), loop=self.loop, **eager)
        queue.setblocking(False)
        self.resume()

    def resume(self):
        self.reading = True
        self.loop.add_reader(self.queue, self.take)

    def pause(self):
        self.reading = False
        self.loop.remove_reader(self.queue)

    def take(self):
        """Begins the requests that lie in the queue, or some of them."""
        requests = self.requests
        for _ in range(TURN):
            try:
                if not self.queue.recv_into(self.room):
                    return self.end()
            except BlockingIOError:
                break
            number, scope, body, more = loads(self.room)
            if self.state is not None:
                scope['state'] = self.state.copy()
            request = requests[number] = Request(self, number, scope, body, more)
            request.task = self.task(request)
            if len(requests) >= self.most:
                self.pause()
                break
            if len(requests) == 1:
                break
        self.common.plan()  # behind the first steps of those

    def expect(self, request):
        """Has a head sent soon, if no body comes."""
        self.heads.add(request)
        if not self.looking:
            self.looking = True
            self.loop.call_later(HEAD, self.look)

    def look(self):
        self.looking = False
        for request in list(self.heads):
            request.frame(b'', request.mute)

    def tell(self, kind, number):
        """Hears of the server what has become of a request."""
        request = self.requests.get(number)
        if request:
            request.leave(kind == b'K')

    def finished(self, request):
        self.requests.pop(request.number, None)
        self.heads.discard(request)
        if self.ending:
            self.end()
        elif not self.reading:
            self.resume()

    def end(self):
        """Takes no more requests, and ends when the last one has."""
        if self.reading:
            self.pause()
        self.ending = True
        if not self.requests and not self.ended.done():
            self.ended.set_result(None)


class Lifespan:
    """What an application hears of the worker's start and end, if it cares."""

    def __init__(self, application):
        loop = asyncio.get_running_loop()
        self.application, self.state, self.heard = application, {}, False
        self.events, self.begun, self.ended = asyncio.Queue(), loop.create_future(), loop.create_future()
        self.task = loop.create_task(self.run())

    async def run(self):
        scope = {'type': 'lifespan', 'asgi': {'version': '3.0', 'spec_version': '2.0'}, 'state': self.state}
        try:
            await self.application(scope, self.receive, self.send)
        except BaseException as error:
            if self.heard and not (self.begun.done() and self.begun.result()):  # else it does not know of such, or has said so
                log('', told(error)[1])

    async def receive(self):
        event = await self.events.get()
        self.heard = True
        return event

    async def send(self, message):
        kind = message['type']
        event, result = kind.rpartition('.')[::2]
        future = {'lifespan.startup': self.begun, 'lifespan.shutdown': self.ended}.get(event)
        if future is None or result not in ('complete', 'failed') or future.done():
            raise ValueError('%r can not be sent here' % kind)
        future.set_result(message.get('message', '') or 'the application says so' if result == 'failed' else None)

    async def startup(self):
        """Returns why the application can not begin; None if it can."""
        self.events.put_nowait({'type': 'lifespan.startup'})
        await asyncio.wait([self.task, self.begun], return_when=asyncio.FIRST_COMPLETED)
        if self.begun.done():
            return self.begun.result()
        self.state = None  # it does not know of such

    async def shutdown(self):
        if not self.task.done():
            self.events.put_nowait({'type': 'lifespan.shutdown'})
            await asyncio.wait([self.task, self.ended], return_when=asyncio.FIRST_COMPLETED)
            if self.ended.done() and self.ended.result():
                log('', self.ended.result().encode())


def log(name, text):
    """Sends lines to the server's log, with the request's name."""
    sys.stderr.write(''.join(['\0%s\0%s\n' % (name, line) for line in text.decode().splitlines()]))


def listen(control, workers, grace):
    """Hears what the server says of requests. When it wants no more of this program, or has gone, that has some time to
    end by itself."""
    room = bytearray(TOLD.size)
    while control.recv_into(room, TOLD.size, socket.MSG_WAITALL) == TOLD.size:
        for worker in workers:
            worker.loop.call_soon_threadsafe(worker.tell, *TOLD.unpack(room))
    time.sleep(grace)
    os._exit(1)


async def serve(application, control, queue, most, workers):
    """Answers requests until the server has no more. It returns why the application could not begin."""
    lifespan = Lifespan(application)
    why = await lifespan.startup()
    if why is not None:
        return why
    worker = Worker(application, control, queue, most, lifespan.state)
    workers.append(worker)
    await worker.ended
    worker.common.flush()
    await worker.common.drain(0)
    for line in list(worker.leaving):
        try:
            await line.drain(0)
        except Gone:
            pass
    await lifespan.shutdown()


def main(directory, module, name, most, _, reload, grace):
    control, queue, workers = socket.socket(fileno=3), socket.socket(fileno=4), []
    control.set_inheritable(False)
    queue.set_inheritable(False)
    threading.Thread(target=listen, args=(control, workers, grace), daemon=True).start()
    application = begin(control, directory, module, name, reload)
    if application is None:
        return
    why = asyncio.run(serve(application, control, queue, most, workers))
    if why is not None:
        refuse(control, b'the application can not begin: ' + why.strip().splitlines()[-1].encode(), why.encode())
        if reload:
            control.recv(1)


main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6] == 'reload', int(sys.argv[7]))
