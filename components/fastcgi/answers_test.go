//go:build unix

package fastcgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// open opens an Upstream for a test, which is to see that nothing is left of the
// requests.
func open(t testing.TB, u *gateway.Upstream) *gateway.Upstream {
	t.Helper()
	if err := u.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if running, waiting := u.Gate.Load(); running != 0 || waiting != 0 {
			t.Errorf("%d are at work, %d wait", running, waiting)
		}
		_ = u.Close()
	})
	return u
}

// TestAnswers runs the scripts that CGI's tests run, and expects the same.
func TestAnswers(t *testing.T) {
	gatewaytest.Answers(t, gatewaytest.Cases(), func(t *testing.T, files map[string]string, output int64) http1.HandlerPart {
		address := gatewaytest.FastCGI(t, gatewaytest.Scripts(t, files))
		return &Handler{Upstream: open(t, &gateway.Upstream{Address: address, Limits: gateway.Limits{Output: output}})}
	})
}
