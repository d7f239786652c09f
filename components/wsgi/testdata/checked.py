"""Applications for the tests, each below its name. wsgiref.validate stands around those that keep to the rules."""

import os
import signal
import sys
import time
from wsgiref.validate import validator

closed = []


class Closing:
    """An iterable that tells whether its close was called."""

    def __init__(self, name, pieces):
        self.name, self.pieces = name, iter(pieces)

    def __iter__(self):
        return self.pieces

    def close(self):
        closed.append(self.name)


def text(start_response, *fields, status='200 OK'):
    return start_response(status, [('Content-Type', 'text/plain'), *fields])


def environ_(environ, start_response):
    text(start_response)
    lines = ['%s=%r' % pair for pair in sorted(environ.items()) if pair[0] not in ('wsgi.input', 'wsgi.errors')]
    return ['\n'.join(lines).encode('utf-8', 'backslashreplace')]


def input_(environ, start_response):
    source, how = environ['wsgi.input'], environ['QUERY_STRING']
    if how == 'read':
        got = [source.read(1 << 30), source.read(1)]
    elif how == 'some':
        got = [source.read(3), source.read(4), source.read(1 << 20), source.read(9)]
    elif how == 'line':
        got = [source.readline(), source.readline(), source.readline(2)]
    elif how == 'lines':
        got = source.readlines()
    elif how == 'iterate':
        got = list(source)
    elif how == 'length':
        total = 0
        while True:
            data = source.read(100000)
            if not data:
                break
            total += len(data)
        got = [b'%d' % total]
    text(start_response)
    return [b'|'.join(got)]


def errors(environ, start_response):
    environ['wsgi.errors'].write('one\ntwo')
    environ['wsgi.errors'].writelines([' three\n', 'four'])
    environ['wsgi.errors'].flush()
    environ['wsgi.errors'].write('without an end')
    text(start_response)
    return [b'ok']


def again(environ, start_response):
    text(start_response)
    try:
        1 / 0
    except ZeroDivisionError:
        start_response('503 Other', [('Content-Type', 'text/plain')], sys.exc_info())
    return [b'another one']


def late(environ, start_response):
    text(start_response)

    def pieces():
        yield b'begun'
        try:
            1 / 0
        except ZeroDivisionError:
            start_response('500 Late', [('Content-Type', 'text/plain')], sys.exc_info())
        yield b'never'

    return pieces()


def write(environ, start_response):
    put = text(start_response)
    put(b'written, ')
    put(b'twice, ')
    return [b'and returned']


def generator(environ, start_response):
    def pieces():
        text(start_response)  # as late as it may be
        yield b'first'
        yield b''
        yield b'second'

    return pieces()


def empty(environ, start_response):
    text(start_response)
    return []


def closing(environ, start_response):
    text(start_response, ('Content-Length', '2'))
    return Closing(environ['QUERY_STRING'], [b'o', b'k'])


def what_closed(environ, start_response):
    text(start_response)
    return [','.join(closed).encode()]


def endless(environ, start_response):
    text(start_response)
    return Closing(environ['QUERY_STRING'], iter(lambda: b'x' * 65536, None))


def large(environ, start_response):
    text(start_response)
    return (b'%07d\n' % n * 8192 for n in range(160))


def large_whole(environ, start_response):
    text(start_response)
    return [b'0123456789abcdef' * 65536 * 10]


def no_content(environ, start_response):
    start_response('204 No Content', [])
    return []


def not_modified(environ, start_response):
    start_response('304 Not Modified', [('ETag', '"1"')])
    return []


def cookies(environ, start_response):
    text(start_response, ('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'), ('X-Latin', 'caf\xe9'), status='299 Of Its Own')
    return [b'']


def pid(environ, start_response):
    text(start_response)
    return [b'%d' % os.getpid()]


def slow(environ, start_response):
    time.sleep(float(environ['QUERY_STRING']))
    text(start_response)
    return [b'%d' % os.getpid()]


def echo(environ, start_response):
    """Yields what it reads, while it reads."""
    source = environ['wsgi.input']
    text(start_response)
    return iter(lambda: source.read(50000), b'')


# These break the rules, or what the validator can follow.

def raises(environ, start_response):
    raise RuntimeError('out of luck')


def raises_late(environ, start_response):
    text(start_response)
    yield b'begun'
    raise RuntimeError('out of luck')


def no_start(environ, start_response):
    return [b'x']


def twice(environ, start_response):
    text(start_response)
    text(start_response)
    return [b'x']


def bad_status(environ, start_response):
    start_response(environ['QUERY_STRING'].replace('+', ' '), [])
    return [b'x']


def status_type(environ, start_response):
    start_response(200, [])
    return [b'x']


def header_type(environ, start_response):
    start_response('200 OK', [('X', 1)])
    return [b'x']


def header_break(environ, start_response):
    start_response('200 OK', [('X', 'a\nSet-Cookie\0b')])
    return [b'x']


def hop(environ, start_response):
    start_response('200 OK', [('Transfer-Encoding', 'chunked')])
    return [b'x']


def body_type(environ, start_response):
    text(start_response)
    return ['x']


def too_long(environ, start_response):
    text(start_response, ('Content-Length', '3'))
    return [b'four']


def longer(environ, start_response):
    text(start_response, ('Content-Length', '3'))
    yield b'th'
    yield b'ree'


def too_short(environ, start_response):
    text(start_response, ('Content-Length', '9'))
    yield b'short'


def leaves(environ, start_response):
    sys.exit('leaving')


def dies(environ, start_response):
    os.kill(os.getpid(), signal.SIGKILL)


def dies_late(environ, start_response):
    text(start_response)
    yield b'begun'
    os.kill(os.getpid(), signal.SIGKILL)


def long_(environ, start_response):
    """Begins a long answer, and does something else then."""
    text(start_response)
    yield from [b'x' * 65536] * 16
    if environ['QUERY_STRING'] == 'raises':
        raise RuntimeError('out of luck')
    if environ['QUERY_STRING'] == 'dies':
        os.kill(os.getpid(), signal.SIGKILL)
    if environ['QUERY_STRING'] == 'reads':
        yield b'%d' % len(environ['wsgi.input'].read())
    if environ['QUERY_STRING'] == 'sleeps':
        time.sleep(60)
    if environ['QUERY_STRING'] == 'wrong':
        yield 'text'


def small(environ, start_response):
    """Sends small pieces one behind the other, by both ways; then a mark, and waits until that was seen."""
    told, _, path = environ['QUERY_STRING'].partition(',')
    put = text(start_response, *([('Content-Length', told)] if told else []))
    for n in range(150):
        put(b'%07d\n' % (2 * n) * 512)
        yield b'%07d\n' % (2 * n + 1) * 512
    yield b'mark'
    with open(path) as seen:
        yield seen.read().encode()


def mad(environ, start_response):
    start_response.__self__.line.sock.sendall(b'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n')
    time.sleep(60)


def descriptors(environ, start_response):
    text(start_response)
    return [b'%d' % len(os.listdir('/proc/self/fd'))]


def file(environ, start_response):
    opened = open(__file__, 'rb')
    fields = []
    if environ['QUERY_STRING']:
        start, size = environ['QUERY_STRING'].split(',')
        opened.seek(int(start))
        fields = [('Content-Length', size)] if size else []
    text(start_response, *fields)
    return environ['wsgi.file_wrapper'](opened)


def no_file(environ, start_response):
    import io
    text(start_response)
    return environ['wsgi.file_wrapper'](io.BytesIO(b'in memory'))


def grows(environ, start_response):
    closed.append('x' * (64 << 20))
    text(start_response)
    return [b'%d' % os.getpid()]


rules = {name: validator(globals()[name]) for name in (
    'environ_', 'errors', 'again', 'late', 'write', 'generator', 'empty', 'closing', 'what_closed', 'endless', 'large',
    'large_whole', 'small', 'no_content', 'not_modified', 'cookies', 'pid', 'slow')}
unruly = {name: globals()[name] for name in (
    'raises', 'raises_late', 'no_start', 'twice', 'bad_status', 'status_type', 'header_type', 'header_break', 'hop',
    'body_type', 'too_long', 'longer', 'too_short', 'leaves', 'dies', 'dies_late', 'file', 'no_file', 'grows', 'echo',
    'long_', 'descriptors', 'mad')}
# The validator wants read to be called with a size, as its own rule.
rules['input_'] = validator(input_)


def application(environ, start_response):
    name = environ['PATH_INFO'].split('/')[1]
    return {**rules, **unruly}[name](environ, start_response)
