package pipelines_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// oneConn is a listener that accepts one connection.
type oneConn struct{ conns chan net.Conn }

func (l *oneConn) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l *oneConn) Close() error { close(l.conns); return nil }
func (*oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func site(b *testing.B) (dir string) {
	dir = b.TempDir()
	page := strings.Repeat("x", 612)
	if err := os.WriteFile(filepath.Join(dir, "small.html"), []byte(page), 0o644); err != nil {
		b.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "small.html"), old, old); err != nil {
		b.Fatal(err)
	}
	return dir
}

const getSmall = "GET /small.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

// roundTrips sends a request and reads the answer, again and again, and then
// closes the connection.
func roundTrips(b *testing.B, c net.Conn, request string) {
	defer c.Close()
	answer, req := make([]byte, 4096), []byte(request)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(req); err != nil {
			b.Fatal(err)
		}
		for n := 0; !complete(answer[:n]); {
			got, err := c.Read(answer[n:])
			if err != nil {
				b.Fatal(err)
			}
			n += got
		}
	}
}

// complete reports whether an answer with Content-Length is there as a whole.
func complete(b []byte) bool {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	at := bytes.Index(b, []byte("Content-Length: "))
	if end < 0 || at < 0 {
		return false
	}
	length := 0
	for _, c := range b[at+len("Content-Length: "):] {
		if c < '0' || c > '9' {
			break
		}
		length = 10*length + int(c-'0')
	}
	return len(b) >= end+4+length
}

func server(b *testing.B) *pipelines.Server {
	tree := &files.Tree{Dir: site(b)}
	if err := tree.Open(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { tree.Close() })
	return &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "FILES", Rest: true, Handler: func() http1.HandlerPart {
		return &files.Reader{Tree: tree}
	}}}}
}

// One request through the graph of a connection, in memory.
func BenchmarkRequest(b *testing.B) {
	for _, bm := range []struct{ name, request string }{
		{"small file", getSmall},
		{"not found", "GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
	} {
		b.Run(bm.name+"/graph", func(b *testing.B) {
			there, here := net.Pipe()
			var sys axon.System
			defer sys.Close()
			r, err := sys.Start(b.Context(), server(b).Connection(here))
			if err != nil {
				b.Fatal(err)
			}
			roundTrips(b, there, bm.request)
			<-r.Done()
		})
		b.Run(bm.name+"/net http", func(b *testing.B) {
			there, here := net.Pipe()
			l := &oneConn{make(chan net.Conn, 1)}
			s := &http.Server{Handler: http.FileServer(http.Dir(site(b)))}
			go s.Serve(l)
			l.conns <- here
			roundTrips(b, there, bm.request)
			s.Close()
		})
	}
}

// pass hands requests on: a stage that does nothing.
type pass struct {
	Inbox  axon.Inbox[*http1.Request]
	Outbox axon.Outbox[*http1.Request]
}

func (p *pass) Main(ctx context.Context) error {
	for req := range p.Inbox.All(ctx) {
		if err := p.Outbox.Send(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

// What a stage more costs: the same request through a graph in which the link
// from PARSER to ROUTER leads by way of 0, 1 and 4 stages that do nothing.
func BenchmarkStages(b *testing.B) {
	for _, stages := range []int{0, 1, 4} {
		b.Run(strconv.Itoa(stages), func(b *testing.B) {
			there, here := net.Pipe()
			g := server(b).Connection(here)
			var parser *http1.Parser
			var router *http1.Router
			for _, p := range g.Parts {
				switch c := p.Component.(type) {
				case *http1.Parser:
					parser = c
				case *http1.Router:
					router = c
				}
			}
			next := &router.Inbox
			for i := range stages {
				stage := &pass{}
				g.Parts = append(g.Parts, axon.Part{Name: "PASS" + strconv.Itoa(i), Component: stage})
				g.Links = append(g.Links, axon.Link(&stage.Outbox, next), axon.Shared(&stage.Inbox, parser))
				next = &stage.Inbox
			}
			if err := g.Build(); err != nil {
				b.Fatal(err)
			}
			if err := axon.Move(&parser.Outbox, next); err != nil {
				b.Fatal(err)
			}
			var sys axon.System
			defer sys.Close()
			r, err := sys.Start(b.Context(), g)
			if err != nil {
				b.Fatal(err)
			}
			roundTrips(b, there, getSmall)
			<-r.Done()
		})
	}
}

// The life of a connection: its graph is built, started by a listener, and ends.
func BenchmarkConnectionLife(b *testing.B) {
	s := server(b)
	host := &spawner{run: func(ctx context.Context) error {
		b.ReportAllocs()
		for b.Loop() {
			there, here := net.Pipe()
			there.Close()
			r, err := axon.Spawn(ctx, s.Connection(here))
			if err != nil {
				return err
			}
			if err := r.Wait(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
	g := &axon.Graph{Name: "host", Parts: axon.Parts{{Name: "HOST", Component: host}}}
	if err := g.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// spawner is a component that is one function.
type spawner struct {
	run func(ctx context.Context) error
}

func (s *spawner) Main(ctx context.Context) error { return s.run(ctx) }
