package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/httpclient"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func root(t *testing.T) *os.Root {
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return dir
}

// A person types URLs; what can be had is in files, the rest is told.
func TestDownload(t *testing.T) {
	big := strings.Repeat("0123456789", 100_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/", "/docs/":
			_, _ = io.WriteString(w, "a page")
		case "/big.txt":
			_, _ = io.WriteString(w, big)
		case "/moved":
			http.Redirect(w, r, "/big.txt", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	gone := httptest.NewServer(nil)
	gone.Close()

	dir := root(t)
	typed := strings.NewReader(strings.Join([]string{
		server.URL, server.URL + "/big.txt", gone.URL + "/x", server.URL + "/nothing", server.URL + "/moved", server.URL + "/docs/", "not a URL",
	}, "\n"))
	var shown strings.Builder
	if err := newDownload(&console.Reader{From: typed}, dir, &shown).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"/index.html: 6 bytes\n", "/big.txt: 1000000 bytes\n", "httpclient: Get \"" + gone.URL, server.URL + "/nothing: status 404\n",
		"/moved: 1000000 bytes\n", "/docs: 6 bytes\n", "unsupported protocol scheme",
	} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("it does not say %q, but:\n%s", want, shown.String())
		}
	}
	for name, want := range map[string]string{"index.html": "a page", "big.txt": big, "moved": big, "docs": "a page"} {
		if got, err := dir.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// A second file of a name does not take the place of the first.
func TestKeepsFiles(t *testing.T) {
	dir := root(t)
	save := &Save{Dir: dir}
	h := axontest.Run(t, save)
	response := func(url, body string) httpclient.Response {
		return httpclient.Response{Request: httpclient.Request{URL: url}, Status: 200, Body: []byte(body)}
	}
	axontest.Send(h, &save.Inbox, response("http://a/x", "1"), response("http://b/x", "2"), response("http://c/%2e%2e", "3"))
	for _, want := range []string{"/x: 1 bytes", "/x: there already", "/index.html: 1 bytes"} {
		if got := axontest.Recv(h, &save.Outbox); !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, err := dir.ReadFile("x"); err != nil || string(got) != "1" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestConform(t *testing.T) {
	dir := root(t)
	axontest.Conform(t, func() axon.Component { return &Save{Dir: dir} },
		axontest.Feed("inbox", httpclient.Response{Status: 404}, httpclient.Response{Status: 500}))
}
