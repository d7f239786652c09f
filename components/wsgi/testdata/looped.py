"""ASGI applications for the tests, each below its name."""

import asyncio
import json
import os
import signal
import sys
import time

heard = []  # of clients that have gone, and the like


async def application(scope, receive, send):
    if scope['type'] == 'lifespan':
        return await lifespan(scope, receive, send)
    assert scope['type'] == 'http', scope
    await globals()[scope['path'].split('/')[1]](scope, receive, send)


async def lifespan(scope, receive, send):
    assert await receive() == {'type': 'lifespan.startup'}
    scope['state']['begun'] = 'in time'
    await send({'type': 'lifespan.startup.complete'})
    assert await receive() == {'type': 'lifespan.shutdown'}
    print('shut down, after', *heard, flush=True)
    await send({'type': 'lifespan.shutdown.complete'})


async def start(send, *headers, status=200):
    await send({'type': 'http.response.start', 'status': status, 'headers': [(b'content-type', b'text/plain'), *headers]})


async def body(send, body=b'', more=False):
    await send({'type': 'http.response.body', 'body': body, 'more_body': more})


async def text(send, what, *headers, status=200):
    await start(send, *headers, status=status)
    await body(send, str(what).encode())


def argument(scope):
    return scope['query_string'].decode()


async def shows(scope, receive, send):
    shown = {key: value.decode('latin-1') if isinstance(value, bytes) else value for key, value in scope.items()}
    assert all(type(name) is bytes and name == name.lower() and type(value) is bytes for name, value in scope['headers'])
    shown['headers'] = [name.decode() + ': ' + value.decode('latin-1') for name, value in scope['headers']]
    await text(send, json.dumps(shown, ensure_ascii=False))
    scope['state']['of'] = 'one request'


async def pid(scope, receive, send):
    await text(send, os.getpid())


async def echo(scope, receive, send):
    """Answers with each piece of the body as it comes."""
    await start(send)
    event = {'more_body': True}
    while event.get('more_body'):
        event = await receive()
        if event['type'] == 'http.disconnect':
            heard.append('broken')
            return
        await body(send, event.get('body', b''), event['more_body'])


async def counts(scope, receive, send):
    size, event = 0, {'more_body': True}
    while event['more_body']:
        event = await receive()
        size += len(event['body'])
    await text(send, size)


async def unread(scope, receive, send):
    await text(send, 'not read')


async def timeout(scope, receive, send):
    """Gives up to wait for the body, and reads it nevertheless."""
    got = b''
    while True:
        try:
            event = await asyncio.wait_for(receive(), 0.01)
        except asyncio.TimeoutError:
            continue
        got += event['body']
        if not event['more_body']:
            return await text(send, got.decode())


async def pieces(scope, receive, send):
    n, size = map(int, argument(scope).split(','))
    await start(send)
    for i in range(n):
        await body(send, b'%c' % (97 + i % 26) * size, True)
    await body(send)


async def told(scope, receive, send):
    """Tells the length, and sends it in pieces."""
    await start(send, (b'Content-Length', b'6'))
    await body(send, b'abc', True)
    await asyncio.sleep(0)
    await body(send, b'def', True)
    await body(send)


async def whole(scope, receive, send):
    await text(send, 'x' * int(argument(scope)))


async def early(scope, receive, send):
    """Sends a head, and a body when it is told to."""
    await start(send)
    while 'go' not in heard:
        await asyncio.sleep(0.005)
    heard.remove('go')
    await body(send, b'at last')


async def go(scope, receive, send):
    heard.append('go')
    await text(send, 'gone')


async def status(scope, receive, send):
    await text(send, 'a body', status=int(argument(scope)))


async def hop(scope, receive, send):
    await text(send, 'as it is', (b'transfer-encoding', b'chunked'), (b'connection', b'close'), (b'x-own', b'yes'), (b'set-cookie', b'a=1'), (b'set-cookie', b'b=2'))


async def array(scope, receive, send):
    await start(send)
    await send({'type': 'http.response.body', 'body': bytearray(b'from an array')})


async def after(scope, receive, send):
    """What it hears when it has answered, and what it does then."""
    await text(send, 'now')
    event = await receive()
    await asyncio.sleep(0.05)
    heard.append('after ' + event['type'])


async def what(scope, receive, send):
    await text(send, ' '.join(heard))


async def slow(scope, receive, send):
    await asyncio.sleep(float(argument(scope)))
    await text(send, os.getpid())


async def blocks(scope, receive, send):
    time.sleep(float(argument(scope)))
    await text(send, os.getpid())


async def meets(scope, receive, send, waiting=[]):
    """Answers when so many requests are there at once."""
    waiting.append(asyncio.get_running_loop().create_future())
    if len(waiting) == int(argument(scope)):
        while waiting:
            waiting.pop().set_result(None)
    else:
        await waiting[-1]
    await text(send, 'met')


async def stays(scope, receive, send):
    """Waits for the client to go."""
    while True:
        event = await receive()
        if event['type'] == 'http.disconnect':
            break
    heard.append('stayed')
    try:
        await text(send, 'for nobody')
    except OSError:
        heard.append('alone')


async def endless(scope, receive, send):
    await start(send)
    try:
        while True:
            await body(send, b'x' * 10000, True)
    except OSError:
        heard.append('left')
        raise


async def quiet(scope, receive, send):
    """Begins to answer, and waits for the client to go."""
    await start(send)
    await body(send, b'begun', True)
    while (await receive())['type'] != 'http.disconnect':
        pass
    heard.append('quiet')


async def raises(scope, receive, send):
    raise RuntimeError('out of luck')


async def raises_late(scope, receive, send):
    await start(send)
    await body(send, b'a part', True)
    raise RuntimeError('out of luck, late')


async def raises_after(scope, receive, send):
    await text(send, 'all')
    raise RuntimeError('out of luck, after')


async def raises_between(scope, receive, send):
    await start(send)
    raise RuntimeError('out of luck, between')


async def leaves(scope, receive, send):
    sys.exit(3)


async def nothing(scope, receive, send):
    pass


async def half(scope, receive, send):
    await start(send)


async def unfinished(scope, receive, send):
    await start(send)
    await body(send, b'a part', True)


async def no_start(scope, receive, send):
    await body(send, b'x')


async def twice(scope, receive, send):
    await start(send)
    await start(send)


async def behind(scope, receive, send):
    await text(send, 'all')
    try:
        await body(send, b'more')
    except RuntimeError as error:
        heard.append(str(error))
        raise


async def unknown(scope, receive, send):
    await send({'type': 'http.response.trailers', 'headers': []})


async def status_type(scope, receive, send):
    await send({'type': 'http.response.start', 'status': '200 OK'})


async def bad_status(scope, receive, send):
    await text(send, 'x', status=int(argument(scope)))


async def header_type(scope, receive, send):
    await text(send, 'x', ('x-text', 'and no bytes'))


async def header_break(scope, receive, send):
    await text(send, 'x', (b'x-broken', b'a\nx-injected\0b'))


async def body_type(scope, receive, send):
    await start(send)
    await body(send, 'text')


async def too_long(scope, receive, send):
    await text(send, 'four', (b'content-length', b'3'))


async def too_short(scope, receive, send):
    await text(send, 'four', (b'content-length', b'5'))


async def longer(scope, receive, send):
    await start(send, (b'content-length', b'5'))
    await body(send, b'four', True)
    await body(send, b'four', True)


async def shorter(scope, receive, send):
    await start(send, (b'content-length', b'5'))
    await body(send, b'four', True)
    await body(send)


async def dies(scope, receive, send):
    os.kill(os.getpid(), signal.SIGKILL)


async def dies_late(scope, receive, send):
    await start(send)
    await body(send, b'a part', True)
    await asyncio.sleep(0.2)  # it is sent
    os.kill(os.getpid(), signal.SIGKILL)


async def stubborn(scope, receive, send):
    """Does not let itself be cancelled."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass


async def cancelled(scope, receive, send):
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        heard.append('cancelled')
        raise


async def no_lifespan(scope, receive, send):
    assert scope['type'] == 'http'
    await text(send, 'state' in scope)


async def refuses(scope, receive, send):
    if scope['type'] == 'lifespan':
        await receive()
        await send({'type': 'lifespan.startup.failed', 'message': 'no database\nat all'})


async def stumbles(scope, receive, send):
    if scope['type'] == 'lifespan':
        await receive()
        raise RuntimeError('stumbled over a lifespan')
    await text(send, 'goes on')


async def headed(scope, receive, send):
    await text(send, 'headed', (b'x', b'x' * int(argument(scope))))


async def brims(scope, receive, send):
    """Sends so much that the socket takes no more, and then the end, which is not sent when this returns."""
    size = 0
    await start(send)
    while not (size and send.__self__.line.size):
        size += 16384
        await body(send, b'x' * 16384, True)
    await body(send)
    print('sent', size, flush=True)


async def done_early(scope, receive, send):
    """Listens behind the last byte of its answer, though the body of the request has not come."""
    await start(send, (b'content-length', b'2'))
    await body(send, b'ok', True)
    began = time.process_time()
    try:
        while (await asyncio.wait_for(receive(), 0.5))['type'] != 'http.disconnect':
            pass
    except asyncio.TimeoutError:
        pass
    heard.append('idle' if time.process_time() - began < 0.25 else 'spun')
    await body(send)
