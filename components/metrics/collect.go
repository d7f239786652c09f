package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kamaelia-go/kamaelia/components/overview"
)

// What is looked at when somebody asks. The links of graphs that come and go, such
// as that of a connection, are added up over those that run now; so they are
// gauges.
var (
	descOpen     = describe("connections_open", "Connections that are open now.")
	descAccepted = describe("connections_accepted_total", "Connections that were accepted.")
	descRefused  = describe("connections_refused_total", "Connections that were turned away since a limit was reached.")
	descShaken   = describe("tls_handshakes_total", "Handshakes, by what became of them.", "result")
	descExpiry   = describe("tls_certificate_expiry_seconds", "When the first of the certificates ends, as seconds since 1970.")
	descGraphs   = describe("graphs", "Graphs that run now.", "graph")
	descParts    = describe("parts", "Parts of the graphs that run now, by state.", "graph", "part", "state")
	descSent     = describe("link_messages", "Messages that the links of the graphs that run now have carried.", "graph", "from", "to")
	descDepth    = describe("link_waiting", "Messages that wait at the ends of these links.", "graph", "from", "to")
	descRoom     = describe("link_room", "How many could wait there.", "graph", "from", "to")
	descBlocked  = describe("link_blocked_seconds", "How long the senders of these links have waited for room.", "graph", "from", "to")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("kamaelia_"+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (m *Meter) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descOpen, descAccepted, descRefused, descShaken, descExpiry, descGraphs, descParts, descSent, descDepth, descRoom, descBlocked,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (m *Meter) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		for i, name := range labels {
			labels[i] = label(name)
		}
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	if m.Quota != nil {
		u := m.Quota.Usage()
		gauge(descOpen, float64(u.Open))
		counter(descAccepted, u.Accepted)
		counter(descRefused, u.Refused)
	}
	if m.Handshakes != nil {
		counter(descShaken, m.Handshakes.Done.Load(), "done")
		counter(descShaken, m.Handshakes.Failed.Load(), "failed")
	}
	first := int64(0)
	for _, c := range m.Certificates {
		if end := c.Expiry(); !end.IsZero() && (first == 0 || end.Unix() < first) {
			first = end.Unix()
		}
	}
	if first != 0 {
		gauge(descExpiry, float64(first))
	}
	m.mu.Lock()
	sys := m.sys
	m.mu.Unlock()
	if sys == nil {
		return
	}
	o := overview.Of(sys.Snapshot())
	for _, g := range o.All() {
		gauge(descGraphs, float64(g.Count), g.Path)
		for _, p := range g.Parts {
			for state, n := range p.States {
				gauge(descParts, float64(n), g.Path, p.Name, state)
			}
		}
		for _, l := range g.Links {
			gauge(descSent, float64(l.Sent), g.Path, l.From, l.To)
			gauge(descDepth, float64(l.Depth), g.Path, l.From, l.To)
			gauge(descRoom, float64(l.Size), g.Path, l.From, l.To)
			gauge(descBlocked, l.Blocked.Seconds(), g.Path, l.From, l.To)
		}
	}
}
