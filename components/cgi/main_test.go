package cgi

import (
	"context"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// request makes a request of a line such as "GET /cgi/a?b", fields and a body.
func request(line string, more ...string) *http1.Request {
	method, target, _ := strings.Cut(line, " ")
	req := &http1.Request{Method: method, Host: "example.org", Major: 1, Minor: 1}
	if err := req.SetTarget(target); err != nil {
		panic(err)
	}
	for _, s := range more {
		if name, value, ok := strings.Cut(s, ": "); ok {
			req.Header.Add(name, value)
			continue
		}
		req.Body, req.ContentLength = http1.NewBody(len(s)), int64(len(s))
		if _, err := req.Body.Write(context.Background(), []byte(s)); err != nil {
			panic(err)
		}
		req.Body.CloseWrite(nil)
	}
	return req
}
