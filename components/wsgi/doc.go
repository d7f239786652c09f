// Package wsgi answers requests by applications in Python, of WSGI (PEP 3333) or
// ASGI (version 3), which run in worker processes. An App is what runs, and its Graph the workers; a
// Handler in the graph of each connection gives it requests.
package wsgi
