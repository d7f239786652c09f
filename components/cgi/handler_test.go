//go:build unix

package cgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// open opens a Dir for a test.
func open(t testing.TB, d *Dir) *Dir {
	t.Helper()
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestHandler_Conform(t *testing.T) {
	dir := open(t, &Dir{Path: gatewaytest.Scripts(t, map[string]string{
		"hello": gatewaytest.Sh("echo 'Content-Type: text/plain'; echo; echo hello"),
		"cat":   gatewaytest.Sh("echo 'Content-Type: text/plain'; echo; exec cat"),
		"crash": gatewaytest.Sh("kill -9 $$"),
	})})
	axontest.Conform(t, func() axon.Component { return &Handler{Dir: dir, Prefix: "/cgi"} },
		axontest.RealTime(), axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{gatewaytest.Request("GET /cgi/hello"), gatewaytest.Request("POST /cgi/cat", "body"), gatewaytest.Request("GET /cgi/crash"), gatewaytest.Request("GET /cgi/none")}
		}))
}
