def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'Nothing is on sale today.\n']
