package marshal_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/marshal"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// run runs a pipeline and prints what went wrong.
func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func TestConform(t *testing.T) {
	t.Run("Marshaller", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &marshal.Marshaller[time.Time]{} }, axontest.Feed("inbox", time.Unix(1, 0)))
	})
	t.Run("DeMarshaller", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &marshal.DeMarshaller[netip.Addr]{} }, axontest.Feed("inbox", []byte{127, 0, 0, 1}))
	})
}

// byPointer has its methods on the pointer alone.
type byPointer struct{ n int }

func (p *byPointer) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(p.n), 10), nil }
func (p *byPointer) UnmarshalText(b []byte) (err error) {
	p.n, err = strconv.Atoi(string(b))
	return err
}

// there marshals values and makes them of the bytes again.
func there[T any](t *testing.T, m *marshal.Marshaller[T], d *marshal.DeMarshaller[T], values ...T) []T {
	t.Helper()
	sink := &ends.DataSink[T]{}
	if err := axon.Pipeline(ends.Data(values...), m, d, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sink.Items()
}

func TestThereAndBack(t *testing.T) {
	addrs := []netip.Addr{netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("::1")}
	if got := there(t, &marshal.Marshaller[netip.Addr]{}, &marshal.DeMarshaller[netip.Addr]{}, addrs...); !slices.Equal(got, addrs) {
		t.Errorf("by methods: %v", got)
	}
	if got := there(t, &marshal.Marshaller[byPointer]{}, &marshal.DeMarshaller[byPointer]{}, byPointer{7}); !slices.Equal(got, []byPointer{{7}}) {
		t.Errorf("by methods of the pointer: %v", got)
	}
	m := &marshal.Marshaller[int]{Marshal: func(n int) ([]byte, error) { return strconv.AppendInt(nil, int64(n), 36), nil }}
	d := &marshal.DeMarshaller[int]{Unmarshal: func(b []byte) (int, error) {
		n, err := strconv.ParseInt(string(b), 36, 64)
		return int(n), err
	}}
	if got := there(t, m, d, 35, -1, 1e6); !slices.Equal(got, []int{35, -1, 1e6}) {
		t.Errorf("by functions: %v", got)
	}
}

func TestFaults(t *testing.T) {
	d := &marshal.DeMarshaller[byPointer]{}
	h := axontest.Run(t, d)
	axontest.Send(h, &d.Inbox, []byte("1"), []byte("one"), []byte("2"))
	h.Finish()
	if got := axontest.Rest(h, &d.Outbox); !slices.Equal(got, []byPointer{{1}, {2}}) {
		t.Errorf("got %v", got)
	}
	if got := axontest.Rest(h, &d.Faults); len(got) != 1 || !errors.Is(got[0], strconv.ErrSyntax) || !strings.Contains(got[0].Error(), "message 2") {
		t.Errorf("faults %v", got)
	}
	no := errors.New("no bytes")
	m := func() *marshal.Marshaller[int] {
		return &marshal.Marshaller[int]{Marshal: func(int) ([]byte, error) { return nil, no }}
	}
	if err := axon.Pipeline(ends.Data(1), m(), &ends.NullSink[[]byte]{}).Run(t.Context()); !errors.Is(err, no) {
		t.Errorf("nobody hears of the fault: %v", err)
	}
}

// Building the graph tells of types that can not be marshalled.
func TestMistakes(t *testing.T) {
	err := axon.Pipeline(ends.Data(1), &marshal.Marshaller[int]{}, &marshal.DeMarshaller[int]{}, &ends.NullSink[int]{}).Build()
	if err == nil || !strings.Contains(err.Error(), "needs Marshal: it") || !strings.Contains(err.Error(), "needs Unmarshal: *int") {
		t.Error(err)
	}
}

func ExampleMarshaller() {
	text := &marshal.Marshaller[time.Duration]{Marshal: func(d time.Duration) ([]byte, error) { return []byte(d.String()), nil }}
	run(ends.Data(90*time.Second), text, &console.Echoer[[]byte]{})
	// Output: 1m30s
}

func ExampleDeMarshaller() {
	run(ends.Data(time.Unix(0, 0).UTC()), &marshal.Marshaller[time.Time]{},
		&marshal.DeMarshaller[time.Time]{}, &console.Echoer[time.Time]{})
	// Output: 1970-01-01 00:00:00 +0000 UTC
}
