package jsonlines_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/jsonlines"
)

func TestMain(m *testing.M) { axontest.Main(m) }

type city struct {
	Name string `json:"name"`
	Size int    `json:"size,omitempty"`
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &jsonlines.Encoder[city]{} })
	t.Run("Decoder", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &jsonlines.Decoder[city]{} }, axontest.Feed("inbox", `{"name":"Rome"}`))
	})
}

func TestDecoder(t *testing.T) {
	for name, c := range map[string]struct {
		in     []string
		strict bool
		want   []city
		err    string
	}{
		"values":              {[]string{`{"name":"Rome","size":3}`, "", `{"name":"Bonn"}`}, true, []city{{"Rome", 3}, {"Bonn", 0}}, ""},
		"unknown field":       {[]string{`{"x":1}`}, true, nil, `line 1: json: unknown field "x"`},
		"unknown, and passes": {[]string{`{"x":1}`}, false, []city{{}}, ""},
		"no JSON":             {[]string{"", "oops"}, false, nil, "line 2: invalid character"},
		"two values":          {[]string{`{} {}`}, true, nil, "line 1: more than one value"},
		"another type":        {[]string{`[1]`}, true, nil, "line 1: json: cannot unmarshal array"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &ends.DataSink[city]{}
			err := axon.Pipeline(ends.Data(c.in...), &jsonlines.Decoder[city]{Strict: c.strict}, sink).Run(t.Context())
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want ... %s", err, c.err)
			}
			if err == nil && !slices.Equal(sink.Items(), c.want) {
				t.Errorf("got %v, want %v", sink.Items(), c.want)
			}
		})
	}
}

// With its box faults linked it goes on.
func TestFaults(t *testing.T) {
	d := &jsonlines.Decoder[int]{}
	h := axontest.Run(t, d)
	axontest.Send(h, &d.Inbox, "1", "two", "3")
	h.Finish()
	if got := axontest.Rest(h, &d.Outbox); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("got %v", got)
	}
	if got := axontest.Rest(h, &d.Faults); len(got) != 1 || !strings.Contains(got[0].Error(), "line 2") {
		t.Errorf("faults %v", got)
	}
}

func TestEncoderRefuses(t *testing.T) {
	if err := axon.Pipeline(ends.Data(math.NaN()), &jsonlines.Encoder[float64]{}, &ends.NullSink[string]{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "jsonlines: ") {
		t.Error(err)
	}
}

// FuzzDecoder holds that what is decoded is encoded and decoded to the same.
func FuzzDecoder(f *testing.F) {
	f.Add(`{"name":"Rome","size":3}`)
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n") {
			return
		}
		first, second := &ends.DataSink[city]{}, &ends.DataSink[city]{}
		if err := axon.Pipeline(ends.Data(line), &jsonlines.Decoder[city]{}, first).Run(t.Context()); err != nil {
			return
		}
		if err := axon.Pipeline(ends.Data(first.Items()...), &jsonlines.Encoder[city]{}, &jsonlines.Decoder[city]{Strict: true}, second).Run(t.Context()); err != nil || !slices.Equal(first.Items(), second.Items()) {
			t.Fatalf("%q: %v became %v: %v", line, first.Items(), second.Items(), err)
		}
	})
}

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleEncoder() {
	run(ends.Data(city{"Rome", 3}), &jsonlines.Encoder[city]{}, &console.Echoer[string]{})
	// Output: {"name":"Rome","size":3}
}

func ExampleDecoder() {
	run(ends.Data(`{"name":"Rome","size":3}`), &jsonlines.Decoder[city]{}, &console.Echoer[city]{})
	// Output: {Rome 3}
}
