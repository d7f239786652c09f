package httpclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/httpclient"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// server answers some paths, each in its way.
func server(t testing.TB) (url string, connections func() int) {
	n := make(chan string, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n <- r.RemoteAddr
		switch r.URL.Path {
		case "/echo":
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Said", r.Header.Get("X-Say"))
			fmt.Fprintf(w, "%s %s", r.Method, body)
		case "/moved":
			http.Redirect(w, r, "/echo", http.StatusFound)
		case "/large":
			fmt.Fprint(w, strings.Repeat("x", 101))
		case "/slow":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() int {
		addresses := map[string]bool{}
		for len(n) > 0 {
			addresses[<-n] = true
		}
		return len(addresses)
	}
}

func TestClient(t *testing.T) {
	url, connections := server(t)
	c := &httpclient.Client{Largest: 100, Time: 20 * time.Second}
	h := axontest.Run(t, c)
	axontest.Send(h, &c.Inbox,
		httpclient.Request{URL: url + "/echo", Header: http.Header{"X-Say": {"hi"}}},
		httpclient.Request{URL: url + "/echo", Body: []byte("data")},
		httpclient.Request{URL: url + "/echo", Body: []byte("data"), Method: "PUT"},
		httpclient.Request{URL: url + "/moved"},
		httpclient.Request{URL: url + "/missing"},
		httpclient.Request{URL: url + "/large"},
		httpclient.Request{URL: "::"})
	h.Finish()
	want := []string{"200 GET ", "200 POST data", "200 PUT data", "200 GET ", "404 404 page not found\n"}
	got := axontest.Rest(h, &c.Outbox)
	if len(got) != len(want) {
		t.Fatalf("%d responses, want %d", len(got), len(want))
	}
	for i, r := range got {
		if s := fmt.Sprintf("%d %s", r.Status, r.Body); s != want[i] {
			t.Errorf("response %d is %q, want %q", i, s, want[i])
		}
	}
	if got[0].Header.Get("X-Said") != "hi" || got[3].Request.URL != url+"/moved" {
		t.Errorf("%v %v", got[0].Header, got[3].Request)
	}
	failures := axontest.Rest(h, &c.Failures)
	if len(failures) != 2 || !strings.Contains(failures[0].Error(), "/large: more than 100 bytes") || !strings.Contains(failures[1].Error(), "::") {
		t.Errorf("failures %v", failures)
	}
	if n := connections(); n > 2 { // one, but for the large answer, which was not read to its end
		t.Errorf("%d connections", n)
	}
}

// Without its box failures linked, a request that fails is the component's failure; so
// is one that takes too long.
func TestFailure(t *testing.T) {
	url, _ := server(t)
	slow := &httpclient.Client{Time: 20 * time.Millisecond}
	err := axon.Pipeline(ends.Data(httpclient.Request{URL: url + "/slow"}), slow, &ends.NullSink[httpclient.Response]{}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Error(err)
	}
}

// A shutdown ends a request that is under way.
func TestShutdown(t *testing.T) {
	url, _ := server(t)
	c := &httpclient.Client{}
	h := axontest.Run(t, c)
	axontest.Send(h, &c.Inbox, httpclient.Request{URL: url + "/slow"})
	h.Shutdown()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

func TestConform(t *testing.T) {
	answer := transport(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("ok")), Request: &http.Request{Method: "GET"}}, nil
	})
	axontest.Conform(t, func() axon.Component { return &httpclient.Client{HTTP: &http.Client{Transport: answer}} },
		axontest.Feed("inbox", httpclient.Request{URL: "http://example.org/"}))
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func ExampleSingleShot() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	defer s.Close()
	sink := &ends.DataSink[httpclient.Response]{}
	if err := axon.Pipeline(httpclient.SingleShot(httpclient.Request{URL: s.URL}), sink).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, r := range sink.Items() {
		fmt.Printf("%d %s\n", r.Status, r.Body)
	}
	// Output: 200 hello
}
