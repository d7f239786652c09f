package pipelines

import (
	"cmp"
	"net"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Server holds what all connections of a web server have in common. Its fields
// are the options; Connection makes the graph of one connection.
type Server struct {
	// Mounts are the handlers, at least one.
	Mounts []Mount

	// Before are the filters that all requests pass on their way to the mounts, in
	// this order.
	Before []Before

	// After are the filters that the responses of all mounts, and those of Before,
	// pass, in this order.
	After []After

	// Hosts are sites of their own for certain hosts; see NewHosts. What stands
	// above is for all other hosts, and for requests that name none.
	Hosts *Hosts

	// Errors makes the error component of one connection; nil means
	// http1.ErrorPages.
	Errors func() http1.ErrorPart

	// Patience is how long the error component may take; see http1.Guard.
	Patience time.Duration

	// Limits bounds what a client may do.
	Limits http1.Limits

	// Most is how many connections may be open at once, on all sockets together;
	// 0 means 10,000, a negative number no limit.
	Most int

	// MostEach is how many of them one address may have: see tcp.Quota. 0 means
	// no limit.
	MostEach int

	// Full says what becomes of a connection when there are too many. With
	// tcp.Answer it is told by a 503 from the error component: see Refusal.
	Full tcp.Full

	// Quota counts the connections of all listeners; nil means one with Most and
	// MostEach. Servers may share one.
	Quota *tcp.Quota

	// Methods are methods that are known beside the standard ones.
	Methods []string

	// Trace says to answer TRACE; see http1.Router.
	Trace bool

	// Name is the value of the Server field; "" leaves the field out.
	Name string

	// HTTP2 says how HTTP/2 is spoken. A Site speaks it to clients that come by
	// TLS, unless there is a Blueprint.
	HTTP2 HTTP2

	// HSTS, if set, is told to clients that come by TLS.
	HSTS *http1.HSTS

	// RequestID tells each request's ID in its response, and TrustID takes the
	// one that the client has sent: see http1.Request.ID.
	RequestID, TrustID bool

	// Timed lets each exchange tell how long its stages took.
	Timed bool

	// Handshakes, if set, counts those of TLS.
	Handshakes *secure.Count

	// Log takes an exchange for each request; nil means none.
	Log *axon.Inbox[http1.Exchange]

	// Reuse lets the graph of a connection that has ended well serve another one.
	// Where clients send one request for each connection, that halves the work.
	// Handlers, filters and the error component are then made once for several
	// connections, which they serve one after the other: they must not keep in
	// their structs what they know of a client. It does not go with a Blueprint.
	Reuse bool

	// Beside are blueprints of graphs that run beside the connections, as long as
	// one of these belongs to the Server: such as wsgi.App.Graph. A Site runs them.
	Beside []func() *axon.Graph

	// Unused, if set, is called when another Server has taken this one's place and
	// its last connection has ended, or goes on with the other: see Site.Renew.
	Unused func()

	// Blueprint makes the graph of one connection; nil means Connection.
	Blueprint func(net.Conn) *axon.Graph

	streams *nethttp.Graph // answers the requests of HTTP/2; nil: it is not spoken

	renewal *renewal // of the Site; nil outside one
	later   laters   // the mounts that connections make when they ask for them
}

// Listener returns a listener that serves connections from a socket.
func (s *Server) Listener(socket net.Listener) *tcp.Listener {
	var rota *tcp.Rota
	if s.Reuse && s.Blueprint == nil {
		rota = new(tcp.Rota)
	}
	if s.later == nil { // of several listeners, the first
		s.later = s.laters()
	}
	l := &tcp.Listener{Socket: socket, Quota: s.quota(), Full: s.Full, Refusal: s.Refusal, Rota: rota,
		Connection: func(conn net.Conn) (*axon.Graph, error) { return s.blueprint(conn, rota), nil }}
	if r := s.renewal; r != nil {
		l.Connection = func(conn net.Conn) (*axon.Graph, error) { return r.graph(conn, rota), nil }
		l.Continues = r.continues
		r.add(rota)
	}
	return l
}

// blueprint makes the graph of a connection.
func (s *Server) blueprint(conn net.Conn, rota *tcp.Rota) *axon.Graph {
	if s.Blueprint != nil {
		return s.Blueprint(conn)
	}
	return s.connection(conn, rota, s.later)
}

// mostConnections is how many may be open if nothing else is said.
const mostConnections = 10_000

// quota returns what counts the connections of all listeners.
func (s *Server) quota() *tcp.Quota {
	if s.Quota == nil {
		s.Quota = &tcp.Quota{Most: s.most(), Each: s.MostEach}
	}
	return s.Quota
}

func (s *Server) most() int { return max(cmp.Or(s.Most, mostConnections), 0) }

func (s *Server) errors() http1.ErrorPart {
	if s.Errors != nil {
		return s.Errors()
	}
	return &http1.ErrorPages{}
}
