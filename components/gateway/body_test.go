package gateway

import (
	"errors"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestBodies_NoPlace: that there is no place for a file is not the client's fault, and
// that its body breaks off is.
func TestBodies_NoPlace(t *testing.T) {
	broken := &http1.Failure{Status: 408}
	for _, c := range []struct {
		name, place string
		end         error
		status      int
	}{
		{"no directory", "/none/such", nil, 500},
		{"the body breaks off", t.TempDir(), broken, 408},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("TMPDIR", c.place)
			req := gatewaytest.Request("POST /")
			req.Body, req.ContentLength = http1.NewBody(0), -1
			if _, err := req.Body.Write(t.Context(), []byte(strings.Repeat("x", 100))); err != nil {
				t.Fatal(err)
			}
			req.Body.CloseWrite(c.end)
			_, _, err := (&Bodies{Memory: 10}).Body(t.Context(), req)
			if f, ok := errors.AsType[*http1.Failure](err); !ok || f.Status != c.status {
				t.Errorf("%v, want a failure %d", err, c.status)
			}
		})
	}
}
