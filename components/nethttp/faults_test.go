package nethttp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

// broken is a http.Handler with a path for each way to fail.
func broken() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "fine") })
	mux.HandleFunc("/panic", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "never seen")
		panic("oh")
	})
	mux.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(0) })
	mux.HandleFunc("/teapot", func(http.ResponseWriter, *http.Request) {
		panic(&http1.Failure{Status: http.StatusTeapot, Cause: errors.New("short and stout")})
	})
	mux.HandleFunc("/less", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "less")
	})
	mux.HandleFunc("/later/panic", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "part")
		w.(http.Flusher).Flush()
		panic("oh")
	})
	mux.HandleFunc("/later/abort", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "part")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/later/less", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "part")
		w.(http.Flusher).Flush()
	})
	return mux
}

// jsonErrors answers failures as a user's error component would.
type jsonErrors struct{ http1.ErrorHandler }

func (e *jsonErrors) Main(ctx context.Context) error {
	for f := range e.Inbox.All(ctx) {
		resp := http1.Text(f.Request, f.Status, fmt.Sprintf(`{"status":%d,"stage":%q}`, f.Status, f.Stage))
		if err := e.Outbox.Send(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

func TestHandler_FailsBeforeTheHead(t *testing.T) {
	s := mounted(broken())
	s.Errors = func() http1.ErrorPart { return &jsonErrors{} }
	address := serve(t, s)
	c := client(t)
	for _, x := range []struct {
		path   string
		status int
	}{{"/panic", 500}, {"/abort", 500}, {"/status", 500}, {"/teapot", 418}, {"/less", 500}} {
		resp, body := do(t, c, request(t, "GET", "http://"+address+x.path, nil))
		if want := fmt.Sprintf(`{"status":%d,"stage":"APP"}`, x.status); resp.StatusCode != x.status || body != want {
			t.Errorf("%s: %s %s; want %s", x.path, resp.Status, body, want)
		}
		if resp, body := do(t, c, request(t, "GET", "http://"+address+"/ok", nil)); body != "fine" {
			t.Errorf("after %s: %s %q", x.path, resp.Status, body)
		}
	}
}

// The requests behind one that panics are answered, by the same connection.
func TestHandler_PanicCostsOneRequestOfAPipeline(t *testing.T) {
	c := dial(t, serve(t, mounted(broken())))
	var batch strings.Builder
	paths := []string{"/ok", "/panic", "/ok", "/panic", "/panic", "/ok", "/abort", "/ok"}
	for _, path := range paths {
		fmt.Fprintf(&batch, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path)
	}
	io.WriteString(c, batch.String())
	r := bufio.NewReader(c)
	for i, path := range paths {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i+1, err)
		}
		body, err := io.ReadAll(resp.Body)
		if ok := string(body) == "fine"; err != nil || ok != (path == "/ok") || ok == (resp.StatusCode == 500) {
			t.Errorf("answer %d, to %s: %s %q %v", i+1, path, resp.Status, body, err)
		}
	}
}

// A client never takes a part of an answer for the whole.
func TestHandler_FailsAfterTheHead(t *testing.T) {
	address := serve(t, mounted(broken()))
	for _, path := range []string{"/later/panic", "/later/abort", "/later/less"} {
		resp, err := client(t).Do(request(t, "GET", "http://"+address+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != "part" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q, %v", path, body, err)
		}
		if _, body := get(t, address, "/ok"); body != "fine" {
			t.Errorf("after %s: %q", path, body)
		}
	}
}

// More than the length that was told is refused and never sent.
func TestHandler_WritesNoMoreThanItsLength(t *testing.T) {
	errs := make(chan error, 1)
	_, body := get(t, serve(t, mounted(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		io.WriteString(w, "hello")
		_, err := io.WriteString(w, " world")
		errs <- err
	}))), "/")
	if err := <-errs; body != "hello" || !errors.Is(err, http.ErrContentLength) {
		t.Errorf("%q, %v", body, err)
	}
}

// A goroutine that outlives its http.Handler can do no harm.
func TestHandler_WriteAfterReturn(t *testing.T) {
	type kept struct {
		w http.ResponseWriter
		r *http.Request
	}
	out := make(chan kept, 1)
	address := serve(t, mounted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { out <- kept{w, r} })))
	resp, body := do(t, client(t), request(t, "POST", "http://"+address+"/", strings.NewReader("upload")))
	if resp.StatusCode != 200 || body != "" {
		t.Errorf("%s %q", resp.Status, body)
	}
	k := within(t, "handler", out)
	if _, err := io.WriteString(k.w, "late"); err == nil {
		t.Error("a late write: no error")
	}
	if err := http.NewResponseController(k.w).Flush(); err == nil {
		t.Error("a late flush: no error")
	}
	if _, err := k.r.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Errorf("a late read: %v", err)
	}
	if k.r.Context().Err() == nil {
		t.Error("the context has not ended")
	}
}

// A client that leaves ends the context, and the writes.
func TestHandler_ClientLeaves(t *testing.T) {
	ended := make(chan error, 1)
	address := serve(t, mounted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				<-r.Context().Done()
				ended <- err
				return
			}
		}
	})))
	c := dial(t, address)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if _, err := io.ReadFull(c, make([]byte, 100<<10)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := within(t, "end of the handler", ended); !errors.Is(err, http1.ErrAbandoned) {
		t.Errorf("write: %v", err)
	}
}

var _ http.Handler = (*nethttp.Graph)(nil)
