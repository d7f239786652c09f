// Package metrics has the component that counts what a server does, for
// Prometheus.
package metrics

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Meter counts exchanges and passes them on.
//
//	http1.Exchange ──▶ [ Meter ] ──▶ http1.Exchange
//
// It counts the failures and restarts of parts, too, and when Handler is asked it
// looks at the connections, the certificates and all links of its system. It has a
// registry of its own. The values of labels are bounded: methods that are not
// standard count as "other", and names of parts come from the wiring.
type Meter struct {
	axon.Base

	// Quota counts connections; nil leaves them out.
	Quota *tcp.Quota

	// Handshakes counts those of TLS; nil leaves them out.
	Handshakes *secure.Count

	// Certificates are those whose end is told.
	Certificates []*secure.Certificates

	// Buckets are the upper bounds of the latencies that are told apart, in
	// seconds; nil means 15 from a quarter of a millisecond to 10 seconds.
	Buckets []float64

	// Inbox takes the exchanges of all connections.
	Inbox axon.Inbox[http1.Exchange] `axon:"size=256"`

	// Outbox carries them on, to a log for instance. It may stay unlinked.
	Outbox axon.Outbox[http1.Exchange] `axon:"optional"`

	once     sync.Once
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  prometheus.Histogram
	sent     prometheus.Counter
	received prometheus.Counter
	cut      prometheus.Counter
	events   *prometheus.CounterVec
	known    map[kind]prometheus.Counter // of requests

	mu  sync.Mutex
	sys *axon.System
}

// A kind of exchange is counted by itself.
type kind struct {
	method string
	status int
}

var (
	_ axon.Component       = (*Meter)(nil)
	_ prometheus.Collector = (*Meter)(nil)
)

// Main implements axon.Component.
func (m *Meter) Main(ctx context.Context) error {
	m.once.Do(m.make)
	sys := axon.SystemOf(ctx)
	m.mu.Lock()
	m.sys = sys
	m.mu.Unlock()
	if sys != nil {
		defer sys.Watch(m.note, axon.PartFailed)()
	}
	for x := range m.Inbox.All(ctx) {
		m.count(x)
		if err := m.Outbox.Send(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// make makes the registry and what is counted.
func (m *Meter) make() {
	buckets := m.Buckets
	if buckets == nil {
		buckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "kamaelia", Name: name, Help: help})
	}
	m.registry = prometheus.NewRegistry()
	m.known = map[kind]prometheus.Counter{}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "kamaelia", Name: "requests_total", Help: "Requests that were answered, by method and status.",
	}, []string{"method", "status"})
	m.latency = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "kamaelia", Name: "request_seconds", Buckets: buckets,
		Help: "Time from the complete head of a request until its answer was handed to the kernel.",
	})
	m.sent = counter("sent_bytes_total", "Bytes of the bodies of responses, as they were sent.")
	m.received = counter("received_bytes_total", "Bytes of the bodies of requests that came.")
	m.cut = counter("cut_total", "Answers that were not sent as a whole.")
	m.events = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "kamaelia", Name: "part_failures_total", Help: "Failures of parts, by what followed: restart, stop, or escalate.",
	}, []string{"graph", "part", "verdict"})
	m.registry.MustRegister(m.requests, m.latency, m.sent, m.received, m.cut, m.events, m,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// count counts an exchange.
func (m *Meter) count(x http1.Exchange) {
	k := kind{method(x.Request.Method), x.Status}
	c := m.known[k]
	if c == nil {
		c = m.requests.WithLabelValues(k.method, strconv.Itoa(k.status))
		m.known[k] = c
	}
	c.Inc()
	m.sent.Add(float64(max(x.Bytes, 0)))
	m.received.Add(float64(max(x.Received, 0)))
	if !x.Time.IsZero() {
		m.latency.Observe(x.Took.Seconds())
	}
	if x.Err != nil {
		m.cut.Inc()
	}
}

// method returns a method's label.
func method(name string) string {
	switch name {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT":
		return name
	case "":
		return "none" // not understood
	}
	return "other"
}

// note counts the failures of parts.
func (m *Meter) note(e axon.Event) {
	m.events.WithLabelValues(label(e.Graph), label(e.Part), fmt.Sprint(e.Verdict)).Inc()
}

// label makes the value of a label of a name. One that is no text, as that of a file may be,
// is quoted: a single one would spoil the whole answer.
func label(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return strconv.Quote(name)
}

// Handler answers with all metrics, in the text format of Prometheus or in that of
// OpenMetrics.
func (m *Meter) Handler() http.Handler {
	m.once.Do(m.make)
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
