package sockets_test

import (
	"bufio"
	"context"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/backplane"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// inUse is how many bytes the heap and the stacks have.
func inUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

// BenchmarkChat is a chat with 1,000 clients, by sockets of this machine: what one says, all
// hear. The next line is said when all have heard the one before it. Server and clients are
// one process: the memory is that of both ends of a connection.
func BenchmarkChat(b *testing.B) {
	const clients = 1000
	plane := backplane.New[string]("CHAT")
	before := inUse()
	server, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: func(*sockets.Peer) (axon.Component, error) {
		return lines.Protocol(axon.Pipeline(&backplane.PublishTo[string]{Name: "CHAT"}, &backplane.SubscribeTo[string]{Name: "CHAT"})), nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	g := &axon.Graph{Name: "chat", Parts: axon.Parts{{Name: "CHAT", Component: plane}, {Name: "SERVER", Component: server}}}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		_ = g.Run(ctx) // it is stopped
		close(ended)
	}()
	defer func() { stop(); <-ended }()
	var heard, listening sync.WaitGroup
	defer listening.Wait()
	took, conns := make([][]time.Duration, clients), make([]net.Conn, clients)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", server.Addr().String()); err != nil {
			b.Fatalf("client %d: %v", i, err)
		}
		defer conns[i].Close()
		listening.Go(func() {
			for r := bufio.NewScanner(conns[i]); r.Scan(); {
				at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(r.Text()))
				if err != nil {
					b.Error(err)
				}
				if took[i] = append(took[i], time.Since(at)); len(took[i]) == 1000 {
					took[i] = took[i][:0] // the last ones are enough
				}
				heard.Done()
			}
		})
	}
	for plane.Subscribers() < clients {
		runtime.Gosched()
	}
	memory := (inUse() - before) / clients
	for b.Loop() {
		heard.Add(clients)
		if _, err := conns[0].Write([]byte(time.Now().Format(time.RFC3339Nano) + "\n")); err != nil {
			b.Fatal(err)
		}
		heard.Wait()
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)*clients/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "us-at-99%")
	b.ReportMetric(memory, "B/client")
}
