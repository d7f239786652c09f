package pipelines

import (
	"fmt"
	"net"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
)

// Site is a whole web server: listeners, a log, and a graph for each connection.
type Site struct {
	Server

	// Sockets are what it listens on.
	Sockets []net.Listener

	// AccessLog, if set, gets a line for each request.
	AccessLog *accesslog.Log
}

// Graph returns the graph of the whole server.
//
//	LISTENER ══▶ a Connection for each client ─ log ─▶ ACCESSLOG
func (s *Site) Graph() *axon.Graph {
	g := &axon.Graph{Name: "server", Policy: axon.Policy{Then: axon.Escalate}}
	if s.AccessLog != nil {
		s.Log = &s.AccessLog.Inbox
		g.Parts = append(g.Parts, axon.Part{Name: "ACCESSLOG", Component: s.AccessLog})
	}
	for i, socket := range s.Sockets {
		name := "LISTENER"
		if i > 0 {
			name += fmt.Sprint(i + 1)
		}
		listener := s.Listener(socket)
		g.Parts = append(g.Parts, axon.Part{Name: name, Component: listener})
		if s.AccessLog != nil {
			g.Links = append(g.Links, axon.Shared(&s.AccessLog.Inbox, listener))
		}
	}
	return g
}

// Picture tells of the server's graph and of a connection's, without running
// either.
func (s *Site) Picture() ([]axon.GraphInfo, error) {
	server := s.Graph()
	if err := server.Build(); err != nil {
		return nil, err
	}
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	connection := s.Connection(here)
	if s.Blueprint != nil {
		connection = s.Blueprint(here)
	}
	if err := connection.Build(); err != nil {
		return nil, err
	}
	return []axon.GraphInfo{server.Info(), connection.Info()}, nil
}
