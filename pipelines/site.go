package pipelines

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Site is a whole web server: listeners, logs, and a graph for each connection.
type Site struct {
	Server

	// Sockets are what it listens on.
	Sockets []net.Listener

	// SecureSockets are what it listens on for encrypted connections.
	SecureSockets []SecureSocket

	// Admin, if set, shows the server to the people who run it.
	Admin *Admin

	// AccessLog, if set, gets a line for each request.
	AccessLog *accesslog.Log

	// ErrorLog, if set, gets a line for what goes wrong beside a request.
	ErrorLog *errorlog.Log

	// Grace is how long requests under way may take when Run is told to end; 0
	// means 10 seconds.
	Grace time.Duration
}

// Graph returns the graph of the whole server.
//
//	LISTENER ══▶ a Connection for each client ─ log ─▶ ACCESSLOG
//	    └─ failures ─▶ ERRORLOG ◀─ failures ─┘
func (s *Site) Graph() *axon.Graph {
	g := &axon.Graph{Name: "server"}
	s.renewal = newRenewal(&s.Server)
	if s.ErrorLog != nil {
		g.Parts = append(g.Parts, axon.Part{Name: "ERRORLOG", Component: s.ErrorLog})
	}
	if s.AccessLog != nil {
		s.Log = &s.AccessLog.Inbox
		g.Parts = append(g.Parts, axon.Part{Name: "ACCESSLOG", Component: s.AccessLog})
	}
	if s.AccessLog != nil && s.ErrorLog != nil {
		g.Links = append(g.Links, axon.Link(&s.AccessLog.Failures, &s.ErrorLog.Inbox))
	}
	s.administered(g)
	s.attended(g)
	s.streaming(g)
	for i, socket := range s.Sockets {
		s.listener(g, numbered("LISTENER", i), s.plainListener(socket))
	}
	s.secured(g)
	return g
}

// listener adds a listener to the server's graph.
func (s *Site) listener(g *axon.Graph, name string, listener *tcp.Listener) {
	g.Parts = append(g.Parts, axon.Part{Name: name, Component: listener})
	s.logged(g, listener)
	if s.ErrorLog != nil {
		g.Links = append(g.Links, axon.Link(&listener.Failures, &s.ErrorLog.Inbox))
	}
}

// numbered returns the name of the i-th part of a kind: the first has no number.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprint(name, i+1)
}

// Listen opens one more socket: "host:port" or "unix:PATH".
func (s *Site) Listen(address string) error {
	l, err := tcp.Listen(address)
	if err != nil {
		return err
	}
	s.Sockets = append(s.Sockets, l)
	return nil
}

// Run serves until ctx ends, then until the requests under way are answered, and
// then for Grace at most. It returns nil after an end in time.
func (s *Site) Run(ctx context.Context) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(context.WithoutCancel(ctx), s.Graph())
	if err != nil {
		return err
	}
	select {
	case <-running.Done():
		return running.Wait(context.Background())
	case <-ctx.Done():
		running.Finish()
	}
	grace := s.Grace
	if grace <= 0 {
		grace = 10 * time.Second
	}
	wait, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err = running.Wait(wait)
	if wait.Err() != nil {
		running.Stop(errGrace)
		return running.Wait(context.Background())
	}
	return err
}

var errGrace = errors.New("pipelines: requests under way were cut when the grace was over")

// Picture tells of the server's graph, of a connection's, and of that of each site
// of Hosts, without running any.
func (s *Site) Picture() ([]axon.GraphInfo, error) {
	server := s.Graph()
	if err := server.Build(); err != nil {
		return nil, err
	}
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	blueprint := s.Connection
	if s.Blueprint != nil {
		blueprint = s.Blueprint
	}
	connection := blueprint(here)
	if connection == nil {
		return nil, errors.New("pipelines: the blueprint makes no graph")
	}
	hosts := hostsOf(connection)
	if err := connection.Build(); err != nil {
		return nil, err
	}
	sites, err := s.Hosts.pictures(hosts)
	if err != nil {
		return nil, err
	}
	begins, streams, err := s.others(here)
	beside, err2 := s.attending()
	return slices.Concat([]axon.GraphInfo{server.Info()}, beside, begins, []axon.GraphInfo{connection.Info()}, sites, streams), errors.Join(err, err2)
}
