package http1

import (
	"fmt"
	"slices"
	"testing"
)

func TestResponse_Fields(t *testing.T) {
	for name, c := range map[string]struct {
		resp Response
		want Header
	}{
		"nothing":       {Response{}, nil},
		"header alone":  {Response{Header: Header{{"A", "1"}}}, Header{{"A", "1"}}},
		"rendered":      {Response{Rendered: []byte("A: 1\r\nB:2\r\n")}, Header{{"A", "1"}, {"B", "2"}}},
		"both":          {Response{Rendered: []byte("A: 1\r\n"), Header: Header{{"A", "2"}}}, Header{{"A", "1"}, {"A", "2"}}},
		"colons":        {Response{Rendered: []byte("A: b:c: d\r\n")}, Header{{"A", "b:c: d"}}},
		"empty value":   {Response{Rendered: []byte("A: \r\nB:\r\n")}, Header{{"A", ""}, {"B", ""}}},
		"no end":        {Response{Rendered: []byte("A: 1")}, Header{{"A", "1"}}},
		"what is none":  {Response{Rendered: []byte("\r\n: 1\r\nx\r\nA: 1\r\n")}, Header{{"A", "1"}}},
		"a single LF":   {Response{Rendered: []byte("A: 1\nB: 2\n")}, Header{{"A", "1"}, {"B", "2"}}},
		"space in ends": {Response{Rendered: []byte("A: \t 1 \t\r\n")}, Header{{"A", "1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			resp := c.resp
			if got := slices.Collect(resp.Fields()); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			before := slices.Clone(resp.Rendered)
			for _, f := range c.want[:min(1, len(c.want))] {
				if got := resp.Field(f.Name); got != f.Value {
					t.Errorf("Field: %q", got)
				}
			}
			resp.Unrender()
			resp.Header.Set("A", "new")
			if resp.Rendered != nil || resp.Header.Get("A") != "new" || string(before) != string(c.resp.Rendered) {
				t.Errorf("%+v", resp)
			}
		})
	}
}

func TestResponse_FieldsAllocates(t *testing.T) {
	resp := Response{Rendered: []byte("Content-Type: text/plain\r\nETag: \"a\"\r\n"), Header: Header{{"Vary", "Origin"}}}
	n := 0
	if got := testing.AllocsPerRun(100, func() { n += len(resp.Field("vary")) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func ExampleResponse_Unrender() {
	resp := &Response{Status: 200, Rendered: []byte("Content-Type: text/plain\r\nETag: \"a\"\r\n")}
	resp.Unrender()
	resp.Header.Set("ETag", `"b"`)
	fmt.Println(resp.Header)
	// Output: [{Content-Type text/plain} {ETag "b"}]
}
