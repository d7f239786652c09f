package scgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// open opens an Upstream for a test, which is to see that nothing is left of the
// requests.
func open(t testing.TB, u *gateway.Upstream) *gateway.Upstream {
	t.Helper()
	return gatewaytest.Open(t, u, func() (running, waiting int) { return u.Gate.Load() })
}
