package pipelines

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A SecureSocket is a socket whose connections are encrypted.
type SecureSocket struct {
	net.Listener

	// Certificates are those of the server. They should have been loaded; they
	// are watched while the server runs. Sockets may share them.
	Certificates *secure.Certificates

	// Config says how to speak TLS; nil means Certificates.Config.
	Config *tls.Config
}

// fields returns what every response of a connection says.
func (s *Server) fields(conn *http1.Conn) []byte {
	if s.HSTS == nil || !conn.TLS {
		return nil
	}
	return s.HSTS.Line()
}

// SecureListener returns a listener that serves encrypted connections from a
// socket. Config is as a rule what secure.Certificates.Config returns; all
// connections share it. One connection too many is closed without a word, since
// an encrypted word costs more than the connection.
func (s *Server) SecureListener(socket net.Listener, config *tls.Config) *tcp.Listener {
	config = s.protocols(config)
	return &tcp.Listener{Socket: socket, Quota: s.quota(), Full: s.Full,
		Connection: func(conn net.Conn) (*axon.Graph, error) { return s.Secure(conn, config), nil }}
}

// Secure is the graph of an encrypted connection: once the handshake is done, it
// is followed by the one of the protocol that the client has chosen.
//
//	socket ─▶ HANDSHAKE ═▶ Connection, or Session
func (s *Server) Secure(conn net.Conn, config *tls.Config) *axon.Graph {
	limits := s.current().Limits
	var continues func(net.Conn, error) bool
	if s.renewal != nil {
		continues = s.renewal.continues
	}
	return &axon.Graph{Name: "secure", Parts: axon.Parts{{Name: "HANDSHAKE", Component: &secure.Handshake{
		Conn: conn, Config: config, Time: limits.HeadTime, Stall: limits.Stall, Count: s.Handshakes,
		Connection: func(conn *secure.Conn, protocol string) (*axon.Graph, error) {
			switch {
			case protocol == "h2":
				return s.current().Session(conn), nil
			case s.renewal != nil:
				return s.renewal.graph(conn, nil), nil
			}
			return s.blueprint(conn, nil), nil
		},
		Continues: continues,
		Plain:     s.plainly,
	}}}}
}

// protocols leaves HTTP/2 out of what is offered to clients where it is not spoken.
func (s *Server) protocols(config *tls.Config) *tls.Config {
	if config == nil || s.speaksHTTP2() && !s.HTTP2.Off || !slices.Contains(config.NextProtos, "h2") {
		return config
	}
	config = config.Clone()
	config.NextProtos = slices.DeleteFunc(slices.Clone(config.NextProtos), func(p string) bool { return p == "h2" })
	return config
}

var errPlain = errors.New("the client speaks HTTP where it should begin with TLS")

// plainly tells a client that it should have begun with TLS.
func (s *Server) plainly(conn net.Conn) (*axon.Graph, error) {
	return s.refuse(conn, &http1.Refusal{Status: 400, Cause: errPlain, Now: true}), nil
}

// secured adds the listeners of encrypted connections to the server's graph, and
// what watches their certificates.
func (s *Site) secured(g *axon.Graph) {
	keepers := map[*secure.Certificates]bool{}
	for i, socket := range s.SecureSockets {
		config := socket.Config
		if config == nil && socket.Certificates != nil {
			config = socket.Certificates.Config()
		}
		s.listener(g, numbered("LISTENER-TLS", i), s.SecureListener(socket.Listener, config))
		if socket.Certificates == nil || keepers[socket.Certificates] {
			continue
		}
		keeper := &secure.Keeper{Certificates: socket.Certificates}
		g.Parts = append(g.Parts, axon.Part{Name: numbered("CERTIFICATES", len(keepers)), Component: keeper})
		keepers[socket.Certificates] = true
		if s.ErrorLog != nil {
			g.Links = append(g.Links, axon.Link(&keeper.Failures, &s.ErrorLog.Inbox))
		}
	}
}
