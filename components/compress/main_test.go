package compress

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// text is a text of n bytes that gets smaller.
func text(n int) string {
	const line = "In April 2007 a task was opened to make the web server a general one. "
	return strings.Repeat(line, n/len(line)+1)[:n]
}

// decode undoes a content coding.
func decode(t testing.TB, coding string, b []byte) string {
	t.Helper()
	var r io.Reader
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(b))
	case "zstd":
		var d *zstd.Decoder
		d, err = zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err == nil {
			defer d.Close()
			r = d
		}
	default:
		t.Fatalf("coding %q", coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v after %d bytes", coding, err, len(got))
	}
	return string(got)
}

// asking is a request with an Accept-Encoding, and more fields.
func asking(method, accept string, more ...http1.Field) *http1.Request {
	req := &http1.Request{Method: method, Path: "/", Major: 1, Minor: 1, Header: more}
	if accept != "" {
		req.Header = append(req.Header, http1.Field{Name: "Accept-Encoding", Value: accept})
	}
	return req
}

// rendered writes fields as a handler may, that answers often with the same ones.
func rendered(h http1.Header) []byte {
	var b bytes.Buffer
	for _, f := range h {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	return b.Bytes()
}

// fieldsOf returns the fields of a response.
func fieldsOf(resp *http1.Response) (h http1.Header) {
	for f := range resp.Fields() {
		h = append(h, f)
	}
	return h
}

// bodyOf reads the body of a response, and closes it.
func bodyOf(t testing.TB, resp *http1.Response) []byte {
	t.Helper()
	defer resp.Discard()
	switch {
	case resp.File != nil:
		b := make([]byte, resp.File.Size)
		if _, err := resp.File.File.ReadAt(b, resp.File.Offset); err != nil {
			t.Fatal(err)
		}
		return b
	case resp.Stream != nil:
		b, err := io.ReadAll(resp.Stream)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return resp.Bytes
}
