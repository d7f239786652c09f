package nethttp_test

import (
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

// Ranges of a large file come through net/http too, one and several.
func TestGraph_Ranges(t *testing.T) {
	a := newApplication(t)
	address := server(t, a.graph(t))
	req := request(t, "GET", "http://"+address+"/large.txt", nil)
	req.Header.Set("Range", "bytes=1000-99999")
	resp, body := do(t, client(t), req)
	if resp.StatusCode != 206 || body != string(a.large[1000:100000]) || resp.ContentLength != 99000 {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	req = request(t, "GET", "http://"+address+"/large.txt", nil)
	req.Header.Set("Range", "bytes=200000-,0-9,1000-99999")
	resp, body = do(t, client(t), req)
	_, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != 206 || err != nil || resp.ContentLength != int64(len(body)) {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	r := multipart.NewReader(strings.NewReader(body), parameters["boundary"])
	for _, want := range [][]byte{a.large[200000:], a.large[:10], a.large[1000:100000]} {
		p, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(p); err != nil || string(got) != string(want) {
			t.Errorf("%v: %d bytes, %v", p.Header, len(got), err)
		}
	}
	if _, err := r.NextPart(); err != io.EOF {
		t.Error(err)
	}
}
