package wsgi

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// Interpreter returns a Python for a test.
func Interpreter(t testing.TB) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return python
}

// request makes a request of a line such as "GET /a?b", fields and a body.
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
