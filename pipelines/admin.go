package pipelines

import (
	"cmp"
	"context"
	"net"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/metrics"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/overview"
	"github.com/kamaelia-go/kamaelia/components/profiles"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Admin is what the people who run a server can see of it, at an address of its
// own that nobody else should reach:
//
//	/                page: the graphs as they run, with what flows in them
//	/metrics         metrics, for Prometheus
//	/snapshot        every part, box and link; also .json, .dot and .mmd
//	/overview.json   what the page shows
//	/debug/pprof/    profiles, for go tool pprof
//	/health          "ok"
type Admin struct {
	// Sockets are what it listens on.
	Sockets []net.Listener

	// Meter counts the exchanges; nil means one with its defaults.
	Meter *metrics.Meter
}

// server is the server that answers there.
func (a *Admin) server() *Server {
	scrape := a.Meter.Handler()
	return &Server{
		Most: 100,
		Mounts: []Mount{
			{Path: "/", Name: "PAGE", Handler: func() http1.HandlerPart { return &overview.Page{} }},
			{Path: "/metrics", Name: "METRICS", Handler: func() http1.HandlerPart { return &nethttp.Handler{HTTP: scrape} }},
			{Path: "/debug/pprof", Name: "PROFILES", Handler: func() http1.HandlerPart { return &profiles.Profiles{} }},
			{Path: "/health", Name: "HEALTH", Handler: func() http1.HandlerPart { return &http1.HandlerFunc{Func: healthy} }},
		},
	}
}

// administered adds the admin's listeners to the server's graph, and the part that
// counts, which stands before the ACCESSLOG:
//
//	connections ─ log ─▶ METER ─▶ ACCESSLOG
func (s *Site) administered(g *axon.Graph) {
	if s.Admin == nil {
		return
	}
	a := s.Admin
	if a.Meter == nil {
		a.Meter = &metrics.Meter{}
	}
	if a.Meter.Quota == nil {
		a.Meter.Quota = s.quota()
	}
	if a.Meter.Handshakes == nil && len(s.SecureSockets) > 0 {
		s.Handshakes = cmp.Or(s.Handshakes, new(secure.Count))
		a.Meter.Handshakes = s.Handshakes
		for _, socket := range s.SecureSockets {
			if socket.Certificates != nil {
				a.Meter.Certificates = append(a.Meter.Certificates, socket.Certificates)
			}
		}
	}
	g.Parts = append(g.Parts, axon.Part{Name: "METER", Component: a.Meter})
	if s.AccessLog != nil {
		g.Links = append(g.Links, axon.Link(&a.Meter.Outbox, &s.AccessLog.Inbox))
	}
	s.Log = &a.Meter.Inbox
	server := a.server()
	for i, socket := range a.Sockets {
		l := server.Listener(socket)
		g.Parts = append(g.Parts, axon.Part{Name: numbered("ADMIN", i), Component: l})
		if s.ErrorLog != nil {
			g.Links = append(g.Links, axon.Link(&l.Failures, &s.ErrorLog.Inbox))
		}
	}
}

// logged keeps what takes the exchanges open as long as a listener, or one of its
// connections, lives; and what answers the requests of HTTP/2.
func (s *Site) logged(g *axon.Graph, listener *tcp.Listener) {
	if s.streams != nil {
		g.Links = append(g.Links, axon.Shared(&s.streams.Part().Inbox, listener))
	}
	g.Links = append(g.Links, axon.Shared(&s.renewal.beside.Inbox, listener))
	switch {
	case s.Admin != nil:
		g.Links = append(g.Links, axon.Shared(&s.Admin.Meter.Inbox, listener))
	case s.AccessLog != nil:
		g.Links = append(g.Links, axon.Shared(&s.AccessLog.Inbox, listener))
	}
}

// healthy answers whoever wants to know whether the server answers.
func healthy(_ context.Context, req *http1.Request) (*http1.Response, error) {
	if req.Method != "GET" && req.Method != "HEAD" {
		return nil, &http1.Failure{Status: 405, Header: http1.Header{{Name: "Allow", Value: "GET, HEAD"}}}
	}
	return http1.Text(req, 200, "ok\n"), nil
}
