package pipelines

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/beside"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A renewal lets the connections of a Site go on with another Server. Each graph
// belongs to the Server that it was made by, to its end. When bytes of a new
// request come to a graph whose Server has been replaced, the connection is handed
// on: the graph answers what is under way and ends, and the connection goes on
// with a graph of the new Server, from these bytes on.
type renewal struct {
	now atomic.Pointer[Server]

	mu     sync.Mutex
	graphs map[*Server]int // connections that belong to a Server
	handed map[net.Conn]handed
	rotas  []*tcp.Rota

	beside   *beside.Runner
	graphsOf map[*Server][]*axon.Graph // that run beside the connections of a Server
}

// handed is what a connection goes on with.
type handed struct {
	begun  *tcp.Chunk
	parser *http1.Parser
}

func newRenewal(s *Server) *renewal {
	r := &renewal{graphs: map[*Server]int{}, handed: map[net.Conn]handed{}, graphsOf: map[*Server][]*axon.Graph{}}
	r.now.Store(s)
	return r
}

// add lets graphs that wait end when their Server is replaced.
func (r *renewal) add(rota *tcp.Rota) {
	if rota != nil {
		r.rotas = append(r.rotas, rota)
	}
}

// enter returns the Server that a new connection belongs to.
func (r *renewal) enter() *Server {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.now.Load()
	r.graphs[s]++
	return s
}

// leave says that the graph of a connection has ended.
func (r *renewal) leave(s *Server) {
	r.mu.Lock()
	r.graphs[s]--
	unused := r.unused(s)
	r.mu.Unlock()
	unused()
}

// unused returns what is to be called now that a Server may not be in use.
func (r *renewal) unused(s *Server) func() {
	if s == r.now.Load() || r.graphs[s] > 0 {
		return func() {}
	}
	delete(r.graphs, s)
	r.dismiss(s)
	if s.Unused == nil {
		return func() {}
	}
	return s.Unused
}

// replace lets new requests be answered by another Server.
func (r *renewal) replace(next *Server) {
	r.mu.Lock()
	last := r.now.Swap(next)
	unused := func() {}
	if last != next {
		r.attend(next)
		unused = r.unused(last)
	}
	rotas := r.rotas
	r.mu.Unlock()
	unused()
	for _, rota := range rotas {
		rota.Dismiss()
	}
}

// stale reports whether a Server has been replaced.
func (r *renewal) stale(s *Server) bool { return r != nil && r.now.Load() != s }

// current returns the Server that has taken this one's place, or itself.
func (s *Server) current() *Server {
	if s.renewal == nil {
		return s
	}
	return s.renewal.now.Load()
}

// made makes a graph by the Server of now, which is in use until that graph has ended.
func (s *Server) made(by func(*Server) *axon.Graph) *axon.Graph {
	if s.renewal == nil {
		return by(s)
	}
	return s.renewal.made(by)
}

// graph makes the graph of a connection.
func (r *renewal) graph(conn net.Conn, rota *tcp.Rota) *axon.Graph {
	return r.made(func(s *Server) *axon.Graph { return s.blueprint(conn, rota) })
}

// application makes a graph that answers requests of HTTP/2.
func (r *renewal) application(source *nethttp.Source, sink *nethttp.Sink) *axon.Graph {
	return r.made(func(s *Server) *axon.Graph { return s.application(source, sink, s.later) })
}

// made makes a graph that belongs to the Server of now until it has ended. One that can
// not be built will not be run.
func (r *renewal) made(by func(*Server) *axon.Graph) (g *axon.Graph) {
	s, runs := r.enter(), false
	defer func() {
		if !runs { // or it panicked
			r.leave(s)
		}
	}()
	if g = by(s); g != nil && g.Build() == nil { // who runs it is told of its mistakes
		g.OnEnd(func(error) { r.leave(s) })
		runs = true
	}
	return g
}

// watch lets the Reader of a connection ask whether to hand it on.
func (r *renewal) watch(s *Server, conn net.Conn, reader *tcp.Reader, parser *http1.Parser) {
	parser.Renewable = true
	reader.Yield = func(sent uint64) bool { return r.stale(s) && parser.Yield(sent) }
	reader.Hand = func(conn net.Conn, begun *tcp.Chunk) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.handed[conn] = handed{begun, parser}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h, ok := r.handed[conn]; ok {
		delete(r.handed, conn)
		reader.Begun = h.begun
		_ = conn.SetWriteDeadline(time.Time{}) // the old Server's: the new one may have none
	}
}

// continues reports whether a connection goes on, whose graph has ended.
func (r *renewal) continues(conn net.Conn, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.handed[conn]
	if ok && (err != nil || !h.parser.Handed()) {
		delete(r.handed, conn)
		h.begun.Release()
		return false
	}
	return ok
}

// Renew lets the requests that come from now on be answered by another Server:
// those of new connections, and those that come by connections which are open.
// Requests under way are answered as they would have been, and no connection is
// closed. When the last graph of a Server that was replaced has ended, its Unused
// is called.
//
// What belongs to the whole Site stays: its sockets, its logs, how it speaks
// HTTP/2, and its Quota, whose bounds become those of the new Server. The site must
// have a Graph. A connection that came without TLS where HTTP/2 is spoken, too, and
// chose HTTP/1, keeps the Server it has.
func (s *Site) Renew(next *Server) error {
	if err := next.Validate(); err != nil {
		return err
	}
	next.later = next.laters()
	next.renewal, next.Log, next.Quota = s.renewal, s.Log, s.quota()
	next.streams, next.HTTP2 = s.streams, s.HTTP2
	next.Quota.Limit(next.most(), next.MostEach)
	s.renewal.replace(next)
	if s.streams != nil {
		s.streams.Renew()
	}
	return nil
}
