package pipelines

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/beside"
)

// attended adds the part that runs what the connections need beside them: the
// graphs of Server.Beside, of this Server and of those that take its place.
func (s *Site) attended(g *axon.Graph) {
	runner := &beside.Runner{}
	s.renewal.beside = runner
	s.renewal.attend(&s.Server)
	g.Parts = append(g.Parts, axon.Part{Name: "BESIDE", Component: runner, Policy: axon.Policy{Restarts: -1}})
	if s.ErrorLog != nil {
		g.Links = append(g.Links, axon.Link(&runner.Failures, &s.ErrorLog.Inbox))
	}
}

// attend starts what a Server needs.
func (r *renewal) attend(s *Server) {
	for _, blueprint := range s.Beside {
		g := blueprint()
		r.graphsOf[s] = append(r.graphsOf[s], g)
		r.beside.Run(g)
	}
}

// dismiss ends what a Server needed. The caller holds r.mu.
func (r *renewal) dismiss(s *Server) {
	for _, g := range r.graphsOf[s] {
		r.beside.End(g)
	}
	delete(r.graphsOf, s)
}

// attending tells of the graphs that run beside the connections.
func (s *Site) attending() (info []axon.GraphInfo, err error) {
	for _, blueprint := range s.Beside {
		g := blueprint()
		if err := g.Build(); err != nil {
			return nil, err
		}
		info = append(info, g.Info())
	}
	return info, nil
}
