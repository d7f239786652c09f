package fastcgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/gateway"
)

func TestMain(m *testing.M) { axontest.Main(m) }

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
