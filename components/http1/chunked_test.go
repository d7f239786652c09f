package http1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A decoded body, as far as it could be decoded.
type decoded struct {
	data    string
	trailer Header
	n       int // bytes taken
	done    bool
	err     error
}

// decodeChunks decodes s, given in pieces of the sizes in turn, the last of them
// again and again.
func decodeChunks(limits Limits, s string, sizes ...int) (got decoded) {
	d := chunkedDecoder{limits: &limits}
	for s != "" && !got.done {
		piece := []byte(s[:min(len(s), max(1, sizes[0]))])
		s = s[len(piece):]
		if len(sizes) > 1 {
			sizes = sizes[1:]
		}
		for more := true; more && !got.done; {
			data, n, done, err := d.decode(piece)
			got.n, got.done, got.err = got.n+n, done, err
			if got.data += string(data); err != nil {
				return got
			}
			if more = len(data) > 0; !more && !done && n != len(piece) {
				panic("decode left bytes without saying why")
			}
			piece = piece[n:]
		}
	}
	got.trailer = d.trailer
	return got
}

// pieceSizes are the sizes of pieces that bodies are given in.
var pieceSizes = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 19, 1 << 20}

var compareDecoded = cmp.Options{
	cmp.AllowUnexported(decoded{}),
	cmpopts.EquateEmpty(),
	cmp.Transformer("text", func(err error) string { return fmt.Sprint(err) }),
}

func TestChunkedDecodes(t *testing.T) {
	for _, test := range []struct {
		name, body, data string
		trailer          Header
	}{
		{"RFC 9112 7.1: empty body", "0\r\n\r\n", "", nil},
		{"RFC 9112 7.1: one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", nil},
		{"RFC 9112 7.1: chunks of CRLF", "2\r\n\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n\r\n", nil},
		{"RFC 9112 7.1: digits in both cases, zeros before", "0000A\r\n0123456789\r\n00b\r\n0123456789a\r\n000\r\n\r\n", "01234567890123456789a", nil},
		{"RFC 9112 7.1.1: extensions", "1;a\r\nx\r\n1;a=b;c=\"d;\te\"\r\ny\r\n0;z\r\n\r\n", "xy", nil},
		{"RFC 9112 7.1.1: longest chunk-size line", "1;" + strings.Repeat("a", 254) + "\r\nx\r\n0\r\n\r\n", "x", nil},
		{"RFC 9112 7.1.2: trailer section", "0\r\nX: y\r\nz:  \r\n\r\n", "", Header{{"X", "y"}, {"z", ""}}},
		{"RFC 9110 6.5.1: fields that come too late", "0\r\nX: y\r\nhost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nAuthorization: x\r\n\r\n", "", Header{{"X", "y"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := decoded{data: test.data, trailer: test.trailer, n: len(test.body), done: true}
			for _, size := range pieceSizes {
				got := decodeChunks(Limits{}, test.body+"GET /", size)
				if diff := cmp.Diff(want, got, compareDecoded); diff != "" {
					t.Fatalf("in pieces of %d bytes, -want +got:\n%s", size, diff)
				}
			}
		})
	}
}

func TestChunkedRefuses(t *testing.T) {
	for _, test := range []struct {
		name, body string
		status     int
		cause      string
	}{
		{"RFC 9112 7.1: no size", "\r\n", 400, "chunk-size line: no size"},
		{"RFC 9112 7.1: extension without a size", ";a\r\n", 400, "chunk-size line: no size"},
		{"RFC 9112 7.1: negative", "-1\r\n", 400, "chunk-size line: no size"},
		{"RFC 9112 7.1: sign", "+1\r\nx", 400, "chunk-size line: no size"},
		{"RFC 9112 7.1: 0x", "0x1\r\nx", 400, "chunk-size line: 'x'"},
		{"RFC 9112 7.1: underscore", "1_0\r\n", 400, "chunk-size line: '_'"},
		{"RFC 9112 7.1: space before the size", " 1\r\nx", 400, "chunk-size line: no size"},
		{"RFC 9112 7.1: space behind the size", "1 \r\nx", 400, "chunk-size line: byte 0x20"},
		{"RFC 9112 7.1.1: space before an extension", "1 ;a\r\nx", 400, "chunk-size line: byte 0x20"},
		{"RFC 9112 7.1: bare LF behind the size", "1\nx\r\n", 400, "chunk-size line: byte 0x0a"},
		{"RFC 9112 7.1: bare CR behind the size", "1\rx\r\n", 400, "chunk-size line: CR without LF"},
		{"RFC 9112 7.1.1: bare LF in an extension", "1;a\nx\r\n", 400, "chunk-size line: byte 0x0a"},
		{"RFC 9112 7.1.1: bare CR in an extension", "1;a\rx\r\n", 400, "chunk-size line: CR without LF"},
		{"RFC 9112 7.1.1: NUL in an extension", "1;\x00\r\nx", 400, "chunk-size line: byte 0x00"},
		{"RFC 9112 7.1.1: extension too long", "1;" + strings.Repeat("a", 255) + "\r\nx", 400, "chunk-size line exceeds 256 bytes"},
		{"RFC 9112 7.1.1: zeros without end", strings.Repeat("0", 257), 400, "chunk-size line exceeds 256 bytes"},
		{"RFC 9112 7.1.1: more extensions than data", strings.Repeat("1;"+strings.Repeat("a", 254)+"\r\nx\r\n", 65), 400, "chunk-size line: more extensions than data"},
		{"RFC 9112 7.1: overflow", "8000000000000000\r\n", 400, "chunk-size line: size overflows"},
		{"RFC 9112 7.1: overflow to a small number", "10000000000000001\r\n", 400, "chunk-size line: size overflows"},
		{"RFC 9112 7.1: data longer than announced", "1\r\nxy\r\n", 400, "no CRLF behind the data of a chunk"},
		{"RFC 9112 7.1: data shorter than announced", "2\r\nx\r\n0\r\n\r\n", 400, "no CRLF behind the data of a chunk"},
		{"RFC 9112 7.1: bare LF behind the data", "1\r\nx\n0\r\n\r\n", 400, "no CRLF behind the data of a chunk"},
		{"RFC 9112 7.1: bare CR behind the data", "1\r\nx\r0\r\n\r\n", 400, "no CRLF behind the data of a chunk"},
		{"RFC 9112 7.1.2: bare LF at the end", "0\r\n\n", 400, "trailer section: LF without CR"},
		{"RFC 9112 7.1.2: bare LF behind a field", "0\r\nX: y\nZ: a\r\n\r\n", 400, "trailer section: LF without CR"},
		{"RFC 9112 7.1.2: bare CR in a field", "0\r\nX: y\rZ: a\r\n\r\n", 400, "trailer line 1: CR without LF in the value of X"},
		{"RFC 9112 7.1.2: two CR at the end", "0\r\nX: y\r\n\r\r\n\r\n", 400, "trailer line 2: CR without LF in the name"},
		{"RFC 9112 5.1: space before the colon", "0\r\nX : y\r\n\r\n", 400, "trailer line 1: space before the colon"},
		{"RFC 9112 5.2: obs-fold", "0\r\nX: y\r\n z\r\n\r\n", 400, "trailer line 2: white space at the start of the line"},
		{"RFC 6585 5: trailer section too large", "0\r\nX: " + strings.Repeat("y", 47) + "\r\n", 431, "trailer section exceeds 50 bytes"},
		{"RFC 6585 5: too many trailer fields", "0\r\nA:\r\nB:\r\nC:\r\n\r\n", 431, "more than 2 trailer fields"},
		{"RFC 9110 15.5.14: body too large", "40\r\n" + strings.Repeat("x", 64) + "\r\n25\r\n", 413, "chunked body exceeds 100 bytes"},
		{"RFC 9110 15.5.14: far too large", "1\r\nx\r\n7fffffffffffffff\r\n", 413, "chunked body exceeds 100 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			limits := Limits{Fields: 2, Trailer: 50, Body: 100}
			for _, size := range pieceSizes {
				got := decodeChunks(limits, test.body, size)
				f, ok := errors.AsType[*Failure](got.err)
				if !ok || f.Status != test.status || f.Cause.Error() != test.cause || !f.Close || got.done {
					t.Fatalf("in pieces of %d bytes: got %v, want %d: %s", size, got.err, test.status, test.cause)
				}
			}
		})
	}
}

// What is announced may be as large as can be counted if there is no limit.
func TestChunkedLargest(t *testing.T) {
	got := decodeChunks(Limits{}, "7fffffffffffffff\r\nx", 100)
	if got.err != nil || got.data != "x" || got.done {
		t.Errorf("got %+v", got)
	}
}

// A piece of data is a part of what was given, not a copy.
func TestChunkedAllocates(t *testing.T) {
	b := []byte("5\r\nhello\r\n5\r\nworld\r\n")
	d := chunkedDecoder{limits: &Limits{}}
	if n := testing.AllocsPerRun(100, func() {
		for rest := b; len(rest) > 0; {
			_, n, _, _ := d.decode(rest)
			rest = rest[n:]
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// chunk frames data by asChunk.
func chunk(data []byte) []byte {
	buf := append(make([]byte, chunkRoom), data...)
	return asChunk(append(buf, "??"...), len(data))
}

func Test_asChunk(t *testing.T) {
	b := append([]byte(nil), chunk([]byte("hello"))...)
	b = append(appendChunkHead(b, 16), "0123456789abcdef\r\n"...)
	b = appendLastChunk(b, Header{{"X", "y"}})
	if want := "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n"; string(b) != want {
		t.Errorf("got %q, want %q", b, want)
	}
}

// FuzzChunked checks that it does not matter in which pieces a body comes, and
// that net/http, which is less strict, finds the same data in what is accepted.
func FuzzChunked(f *testing.F) {
	for _, seed := range []string{
		"5\r\nhello\r\n0\r\n\r\n", "1;a=b\r\nx\r\n0\r\nX: y\r\n\r\nGET /", "1\nx\n0\n\n", "0\r\nX: y\rz\r\n\r\n",
	} {
		f.Add(seed, []byte{3, 1, 4, 1, 5})
	}
	f.Fuzz(func(t *testing.T, body string, pieces []byte) {
		want := decodeChunks(Limits{}, body, len(body))
		var sizes []int
		for _, size := range pieces {
			sizes = append(sizes, int(size))
		}
		got := decodeChunks(Limits{}, body, append(sizes, 1)...)
		if diff := cmp.Diff(want, got, compareDecoded); diff != "" {
			t.Fatalf("%q at once (-) and in pieces (+) of %v:\n%s", body, sizes, diff)
		}
		if !want.done || want.err != nil || strings.Contains(body, "0000000000000000") {
			return // net/http takes no more than 16 digits
		}
		theirs, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader([]byte(body))))
		if err != nil || string(theirs) != want.data {
			t.Fatalf("%q: got %q; net/http %q, %v", body, want.data, theirs, err)
		}
	})
}

func BenchmarkChunked(b *testing.B) {
	body := bytes.Repeat(chunk(make([]byte, 4096)), 4)
	d := chunkedDecoder{limits: &Limits{}}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := body; len(rest) > 0; {
			_, n, _, err := d.decode(rest)
			if err != nil {
				b.Fatal(err)
			}
			rest = rest[n:]
		}
	}
}
