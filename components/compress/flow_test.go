package compress

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// What a source says is readable for the client before it says more.
func TestFlow_WhatIsSaidArrives(t *testing.T) {
	for _, coding := range []string{"gzip", "zstd"} {
		t.Run(coding, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := http1.NewBody(0)
				resp := &http1.Response{Request: asking("GET", coding), Status: 200, Header: http1.Header{field("Content-Type", "text/event-stream")}, Stream: body}
				var p Press
				p.ready()
				(&Encoder{Press: &p}).encode(t.Context(), resp)
				var d io.Reader
				heard := make(chan string)
				go func() {
					defer close(heard)
					if coding == "gzip" {
						d, _ = gzip.NewReader(resp.Stream)
					} else {
						z, err := zstd.NewReader(resp.Stream, zstd.WithDecoderConcurrency(1))
						if err != nil {
							t.Error(err)
							return
						}
						defer z.Close()
						d = z
					}
					b := make([]byte, 4<<10)
					for {
						n, err := d.Read(b)
						if n > 0 {
							heard <- string(b[:n])
						}
						if err != nil {
							return
						}
					}
				}()
				for _, event := range []string{"data: one\n\n", "data: two\n\n", "data: three\n\n"} {
					if _, err := body.Write(t.Context(), []byte(event)); err != nil {
						t.Fatal(err)
					}
					synctest.Wait() // everybody rests, and nothing more was said
					select {
					case got := <-heard:
						if got != event {
							t.Errorf("heard %q, want %q", got, event)
						}
					default:
						t.Fatalf("%q is held back", event)
					}
				}
				body.CloseWrite(nil)
				if got, open := <-heard; open {
					t.Errorf("then %q", got)
				}
				resp.Discard()
				if len(p.flows) != 0 {
					t.Error("the stream is still counted")
				}
			})
		})
	}
}

// faulty yields some bytes and then an error.
type faulty struct {
	io.Reader
	err    error
	closed int
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func (f *faulty) Close() error { f.closed++; return nil }

func streamed(p *Press, src io.ReadCloser, length int64) *http1.Response {
	resp := &http1.Response{Request: asking("GET", "gzip"), Status: 200, Header: html(), Stream: src, Length: length}
	(&Encoder{Press: p}).encode(context.Background(), resp)
	return resp
}

func TestFlow_Faults(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		err    error
		length int64
		want   error
	}{
		"an error":            {broken, 0, broken},
		"an error, in length": {broken, 9000, broken},
		"too short":           {io.EOF, 9000, io.ErrUnexpectedEOF},
		"too long":            {io.EOF, 2000, nil},
		"right":               {io.EOF, 5000, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var p Press
			p.ready()
			src := &faulty{Reader: strings.NewReader(text(5000)), err: c.err}
			resp := streamed(&p, src, c.length)
			got, err := io.ReadAll(resp.Stream)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err == nil {
				want := text(5000)
				if c.length > 0 {
					want = want[:min(5000, c.length)]
				}
				if decode(t, "gzip", got) != want {
					t.Error("the body is another one")
				}
			}
			for range 2 {
				_, again := resp.Stream.Read(make([]byte, 1))
				if again == nil || err != nil && !errors.Is(again, c.want) {
					t.Errorf("then %v", again)
				}
				_ = resp.Stream.Close()
			}
			if src.closed != 1 || len(p.flows) != 0 {
				t.Errorf("closed %d times, %d streams", src.closed, len(p.flows))
			}
		})
	}
}

// Closing makes a Read that waits return, and gives back what was taken.
func TestFlow_CloseWhileRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Press
		p.ready()
		body := http1.NewBody(0)
		resp := streamed(&p, body, 0)
		ended := make(chan error)
		go func() {
			_, err := io.ReadAll(resp.Stream)
			ended <- err
		}()
		synctest.Wait()
		_ = resp.Stream.Close()
		body.CloseWrite(nil) // Close of a Body does not end the reader's own Read
		<-ended
		synctest.Wait()
		if len(p.flows) != 0 {
			t.Error("the stream is still counted")
		}
	})
}

// More streams than Press.Streams leave as they are.
func TestPress_Streams(t *testing.T) {
	p := Press{Streams: 2}
	p.ready()
	var taken []*http1.Response
	for i := range 4 {
		resp := streamed(&p, io.NopCloser(strings.NewReader(text(5000))), 0)
		taken = append(taken, resp)
		if coded := resp.Header.Has("Content-Encoding"); coded != (i < 2) || resp.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("stream %d: %v", i, resp.Header)
		}
	}
	if got := string(bodyOf(t, taken[3])); got != text(5000) || taken[3].Header.Get("ETag") != `"a1"` {
		t.Error("what is not coded was changed")
	}
	taken[0].Discard()
	if resp := streamed(&p, io.NopCloser(strings.NewReader(text(5000))), 0); !resp.Header.Has("Content-Encoding") {
		t.Error("room is not found again")
	}
}

// withTrailer is a stream with trailer fields.
type withTrailer struct{ io.ReadCloser }

func (withTrailer) Trailer() http1.Header { return http1.Header{field("Checked", "yes")} }

func TestFlow_Trailer(t *testing.T) {
	var p Press
	p.ready()
	resp := streamed(&p, withTrailer{io.NopCloser(strings.NewReader(text(5000)))}, 0)
	if got := resp.Stream.(interface{ Trailer() http1.Header }).Trailer().Get("Checked"); got != "yes" {
		t.Errorf("%q", got)
	}
	resp = streamed(&p, io.NopCloser(strings.NewReader(text(5000))), 0)
	if got := resp.Stream.(interface{ Trailer() http1.Header }).Trailer(); got != nil {
		t.Errorf("%v", got)
	}
}

// FuzzFlow holds that what is decoded is what was said, however it comes.
func FuzzFlow(f *testing.F) {
	f.Add("data: one\n\ndata: two\n\n", uint8(1), uint8(3), uint8(7), true)
	f.Add("<p>Hello", uint8(255), uint8(255), uint8(200), false)
	f.Add(string(noise(100)), uint8(100), uint8(30), uint8(1), true)
	f.Fuzz(func(t *testing.T, said string, times, writes, reads uint8, zstd bool) {
		coding := "gzip"
		if zstd {
			coding = "zstd"
		}
		said = strings.Repeat(said, int(times))
		p := Press{Gzip: 1, Zstd: 1}
		p.ready()
		resp := &http1.Response{Request: asking("GET", coding), Status: 200, Header: html(), Stream: io.NopCloser(&pieces{[]byte(said), 1 + 17*int(writes) + len(said)/100})}
		(&Encoder{Press: &p}).encode(t.Context(), resp)
		var got bytes.Buffer
		for buf := make([]byte, 1+31*int(reads)); ; {
			n, err := resp.Stream.Read(buf)
			got.Write(buf[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if decode(t, coding, got.Bytes()) != said {
			t.Error("the body is another one")
		}
	})
}

// pieces yields bytes, a few at a time.
type pieces struct {
	rest []byte
	most int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.most)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
