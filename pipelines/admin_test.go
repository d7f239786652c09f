package pipelines_test

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// administered runs a site with an admin's address.
func administered(t testing.TB, site *pipelines.Site) (x *served, admin func() *client) {
	t.Helper()
	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site.Admin = &pipelines.Admin{Sockets: []net.Listener{socket}}
	x = serveSite(t, site)
	return x, func() *client {
		conn, err := net.Dial("tcp", socket.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		t.Cleanup(func() { conn.Close() })
		return &client{t, conn, bufio.NewReader(conn)}
	}
}

// What the server does can be seen at the admin's address, and there alone; every
// exchange comes by the METER to the log.
func TestAdmin(t *testing.T) {
	var lines bytes.Buffer
	site := &pipelines.Site{AccessLog: &accesslog.Log{To: &lines}, Server: pipelines.Server{Mounts: mount(echo)}}
	x, dial := administered(t, site)
	c := x.dial()
	for range 3 {
		c.asks("/a")
	}
	if a := c.asks("/metrics"); a.body != "/metrics " {
		t.Errorf("the site shows %q", a.body)
	}
	admin := dial()
	for _, want := range []struct {
		path, mime string
		holds      []string
	}{
		{"/metrics", "text/plain", []string{`kamaelia_requests_total{method="GET",status="200"} 4`, "kamaelia_connections_open 1",
			`kamaelia_graphs{graph="server/LISTENER/connection"} 1`,
			`kamaelia_link_messages{from="READER.outbox",graph="server/LISTENER/connection",to="PARSER.inbox"} `,
			`kamaelia_link_messages{from="METER.outbox",graph="server",to="ACCESSLOG.inbox"} 4`}},
		{"/", "text/html", []string{"server/LISTENER/connection", "server/ADMIN/connection", "ACCESSLOG", "<svg"}},
		{"/snapshot", "text/plain", []string{"graph connection"}},
		{"/overview.json", "application/json", []string{`"METER.outbox"`}},
		{"/debug/pprof/goroutine?debug=1", "text/plain", []string{`"part":"PROFILES"`}},
		{"/health", "text/plain", []string{"ok"}},
	} {
		a := admin.asks(want.path)
		for tries := 0; a.StatusCode == 200 && want.path == "/metrics" && !strings.Contains(a.body, want.holds[0]) && tries < 1000; tries++ {
			a = admin.asks(want.path) // the last exchange is on its way
		}
		if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), want.mime) {
			t.Errorf("%s: %s %v", want.path, a.Status, a.Header)
		}
		for _, part := range want.holds {
			if !strings.Contains(a.body, part) {
				t.Errorf("%s: no %s in\n%.3000s", want.path, part, a.body)
			}
		}
	}
	admin.says("POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
	if a := admin.hears("POST"); a.StatusCode != http.StatusMethodNotAllowed {
		t.Error(a.Status)
	}
	_, _ = admin.Close(), c.Close()
	x.finish()
	if n := strings.Count(lines.String(), "\n"); n != 4 {
		t.Errorf("%d lines in the log:\n%s", n, &lines)
	}
}
