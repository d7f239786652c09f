"""A shop, in Flask's place: one file, and nothing but the standard library."""

ITEMS = {'teapot': 12, 'cup': 3}


def application(environ, start_response):
    item = environ['PATH_INFO'].strip('/')
    if item not in ITEMS:
        start_response('404 Not Found', [('Content-Type', 'text/plain')])
        return [b'we have %s\n' % ' and '.join(sorted(ITEMS)).encode()]
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'%s: %d for %s\n' % (item.encode(), ITEMS[item], environ.get('REMOTE_USER', 'you').encode())]
