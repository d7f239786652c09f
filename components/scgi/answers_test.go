//go:build unix

package scgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/gateway/gatewaytest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestAnswers runs the scripts that CGI's tests run, and expects the same.
func TestAnswers(t *testing.T) {
	gatewaytest.Answers(t, gatewaytest.Cases(), func(t *testing.T, files map[string]string, output int64) http1.HandlerPart {
		address := gatewaytest.SCGI(t, gatewaytest.Scripts(t, files))
		return &gateway.Handler{Protocol: Protocol{}, Upstream: open(t, &gateway.Upstream{Address: address, Limits: gateway.Limits{Output: output}})}
	})
}
