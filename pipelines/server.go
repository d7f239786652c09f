package pipelines

import (
	"net"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Server holds what all connections of a web server have in common. Its fields
// are the options; Graph wires it.
type Server struct {
	// Mounts are the handlers, at least one.
	Mounts []Mount

	// Errors makes the error component of one connection; nil means
	// http1.ErrorPages.
	Errors func() http1.ErrorPart

	// Patience is how long the error component may take; see http1.Guard.
	Patience time.Duration

	// Limits bounds what a client may do.
	Limits http1.Limits

	// Most is how many connections may be open at once; 0 means no limit.
	Most int

	// Methods are methods that are known beside the standard ones.
	Methods []string

	// Trace says to answer TRACE; see http1.Router.
	Trace bool

	// Name is the value of the Server field; "" leaves the field out.
	Name string

	// Log takes an exchange for each request; nil means none.
	Log *axon.Inbox[http1.Exchange]

	// Blueprint makes the graph of one connection; nil means Connection.
	Blueprint func(net.Conn) *axon.Graph
}

// Listener returns a listener that serves connections from a socket.
func (s *Server) Listener(socket net.Listener) *tcp.Listener {
	return &tcp.Listener{Socket: socket, Most: s.Most, Connection: func(conn net.Conn) (*axon.Graph, error) {
		if s.Blueprint != nil {
			return s.Blueprint(conn), nil
		}
		return s.Connection(conn), nil
	}}
}

func (s *Server) errors() http1.ErrorPart {
	if s.Errors != nil {
		return s.Errors()
	}
	return &http1.ErrorPages{}
}
