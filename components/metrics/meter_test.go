package metrics_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/metrics"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func exchange(method string, status int) http1.Exchange {
	return http1.Exchange{Request: &http1.Request{Method: method, Major: 1, Minor: 1}, Status: status, Bytes: 10, Received: 3,
		Time: time.Unix(1, 0), Took: 3 * time.Millisecond}
}

func TestMeter_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &metrics.Meter{} }, axontest.Feed("inbox", exchange("GET", 200)))
}

// scrape asks for the metrics.
func scrape(t *testing.T, m *metrics.Meter) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func TestMeter(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a")
	count := &secure.Count{}
	count.Failed.Add(2)
	m := &metrics.Meter{Quota: &tcp.Quota{}, Handshakes: count, Certificates: []*secure.Certificates{securetest.Load(t, pair), {}}}
	if text := scrape(t, m); !strings.Contains(text, "go_goroutines") || strings.Contains(text, "kamaelia_graphs") {
		t.Error("before the Meter runs")
	}
	h := axontest.Run(t, m)
	cut := exchange("GET", 200)
	cut.Err = errors.New("cut")
	all := []http1.Exchange{exchange("GET", 200), exchange("GET", 200), cut, exchange("BREW", 501), exchange("TEA", 501), exchange("", 400)}
	axontest.Send(h, &m.Inbox, all...)
	for i := range all {
		if got := axontest.Recv(h, &m.Outbox); got.Request != all[i].Request {
			t.Error("another exchange goes on")
		}
	}
	text := scrape(t, m)
	for _, want := range []string{
		`kamaelia_requests_total{method="GET",status="200"} 3`,
		`kamaelia_requests_total{method="other",status="501"} 2`,
		`kamaelia_requests_total{method="none",status="400"} 1`,
		`kamaelia_request_seconds_bucket{le="0.0025"} 0`,
		`kamaelia_request_seconds_bucket{le="0.005"} 6`,
		"kamaelia_request_seconds_count 6",
		"kamaelia_sent_bytes_total 60", "kamaelia_received_bytes_total 18", "kamaelia_cut_total 1",
		"kamaelia_connections_open 0", `kamaelia_tls_handshakes_total{result="failed"} 2`, "kamaelia_tls_certificate_expiry_seconds ",
		`kamaelia_graphs{graph="`, `kamaelia_link_messages{from="`, `,to="UNIT.inbox"} 6`, "kamaelia_link_waiting", "kamaelia_link_blocked_seconds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// fragile fails on each message.
type fragile struct {
	axon.Base
	Inbox axon.Inbox[int]
}

func (f *fragile) Main(ctx context.Context) error {
	for range f.Inbox.All(ctx) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// A name that is no text, as that of a file may be, spoils no scrape.
func TestMeter_NameThatIsNoText(t *testing.T) {
	m, src := &metrics.Meter{}, &source{fed: make(chan bool)}
	f := &fragile{}
	g := &axon.Graph{Name: "shop \xff", Parts: axon.Parts{
		{Name: "METER", Component: m}, {Name: "SOURCE", Component: src},
		{Name: "FRAGILE", Component: f, Policy: axon.Policy{Restarts: 2, Then: axon.StopPart}},
	}, Links: axon.Links{axon.Link(&src.Outbox, &f.Inbox), axon.Link(&src.Exchanges, &m.Inbox), axon.Back(&m.Outbox, &src.Seen)}}
	var sys axon.System
	defer sys.Close()
	ended := make(chan struct{})
	sys.Watch(func(e axon.Event) {
		if e.Kind == axon.PartEnded && e.Part == "FRAGILE" {
			close(ended)
		}
	})
	running, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	<-ended
	text := scrape(t, m)
	close(src.fed)
	for _, want := range []string{
		`kamaelia_graphs{graph="\"shop \\xff\""} 1`, `kamaelia_part_failures_total{graph="\"shop \\xff\"",part="FRAGILE",verdict="stop"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// What happens to parts is counted by what followed.
func TestMeter_Failures(t *testing.T) {
	m, f := &metrics.Meter{}, &fragile{}
	g := &axon.Graph{Name: "shop", Parts: axon.Parts{
		{Name: "METER", Component: m},
		{Name: "FRAGILE", Component: f, Policy: axon.Policy{Restarts: 2, Then: axon.StopPart}},
		{Name: "SOURCE", Component: &source{}},
	}}
	src := g.Parts[2].Component.(*source)
	g.Links = axon.Links{axon.Link(&src.Outbox, &f.Inbox), axon.Link(&src.Exchanges, &m.Inbox), axon.Back(&m.Outbox, &src.Seen)}
	src.fed = make(chan bool)
	var sys axon.System
	defer sys.Close()
	sys.Watch(func(e axon.Event) {
		if e.Kind == axon.PartEnded && e.Part == "FRAGILE" {
			close(src.fed)
		}
	})
	if err := sys.Run(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	text := scrape(t, m)
	for _, want := range []string{
		`kamaelia_part_failures_total{graph="shop",part="FRAGILE",verdict="restart"} 2`,
		`kamaelia_part_failures_total{graph="shop",part="FRAGILE",verdict="stop"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// source sends three messages when the Meter runs, and ends when the receiver has.
type source struct {
	Outbox    axon.Outbox[int]
	Exchanges axon.Outbox[http1.Exchange]
	Seen      axon.Inbox[http1.Exchange]
	fed       chan bool
}

func (s *source) Main(ctx context.Context) error {
	_ = s.Exchanges.Send(ctx, exchange("GET", 200))
	_, _ = s.Seen.Recv(ctx) // the Meter runs
	for range 3 {
		_ = s.Outbox.Send(ctx, 1)
	}
	<-s.fed
	return nil
}
