package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	pipe := func() io.Reader { r, _ := io.Pipe(); return r }
	for name, make := range map[string]func() axon.Component{
		"FromReader":            func() axon.Component { return &bridge.FromReader{From: strings.NewReader(strings.Repeat("x", 1e6))} },
		"FromReader that waits": func() axon.Component { return &bridge.FromReader{From: pipe()} },
		"ToWriter":              func() axon.Component { return &bridge.ToWriter{To: io.Discard} },
		"FromChan":              func() axon.Component { return &bridge.FromChan[int]{} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
	t.Run("ToChan", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &bridge.ToChan[int]{C: make(chan int, 1000)} })
	})
}

func double() axon.Component { return flow.Transform(func(n int) int { return 2 * n }) }

func TestHandle(t *testing.T) {
	h, err := bridge.Start[int, int](t.Context(), double())
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for i := range 5 {
		if err := h.Put(ctx, i); err != nil {
			t.Fatal(err)
		}
		if v, err := h.Get(ctx); v != 2*i || err != nil {
			t.Error(v, err)
		}
	}
	if err := errors.Join(h.Put(ctx, 10), h.Put(ctx, 11)); err != nil {
		t.Fatal(err)
	}
	h.Finish()
	if got := slices.Collect(h.All(ctx)); !slices.Equal(got, []int{20, 22}) {
		t.Errorf("got %v after the finish", got)
	}
	<-h.Done()
	if err := h.Put(ctx, 1); !errors.Is(err, axon.ErrFinished) && !errors.Is(err, axon.ErrGone) {
		t.Error(err)
	}
	if _, err := h.Get(ctx); !errors.Is(err, axon.ErrFinished) {
		t.Error(err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// Both sides wait as long as their contexts let them.
func TestHandleWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := bridge.Start[int, int](t.Context(), double())
		if err != nil {
			t.Fatal(err)
		}
		short := func() context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			t.Cleanup(cancel)
			return ctx
		}
		if _, err := h.Get(short()); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		n := 0
		for ; err == nil; n++ {
			err = h.Put(short(), n)
		}
		if !errors.Is(err, context.DeadlineExceeded) || n > 20 {
			t.Errorf("%d fit, then %v", n, err)
		}
		if v, err := h.Get(short()); v != 0 || err != nil {
			t.Error(v, err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Whoever gets is told of the failure that has ended the component, also if he asks while
// that ends.
func TestHandleTellsTheFailure(t *testing.T) {
	for i := range 30 {
		h, err := bridge.Start[int, int](t.Context(), axon.Func(func(ctx context.Context, in *axon.Inbox[int], _ *axon.Outbox[int]) error {
			_, _ = in.Recv(ctx)
			return errors.New("as told")
		}))
		if err != nil {
			t.Fatal(err)
		}
		_ = h.Put(t.Context(), 1)
		if _, err := h.Get(t.Context()); err == nil || !strings.Contains(err.Error(), "as told") {
			t.Errorf("round %d: %v", i, err)
		}
		_ = h.Close()
		if t.Failed() {
			return
		}
	}
}

// halves is a component whose outbox finishes long before it ends.
type halves struct {
	axon.Graph
	axon.Base
	Outbox axon.Outbox[int]
}

func newHalves() *halves {
	h, first, second := &halves{}, ends.Data[int](), &bridge.FromChan[int]{}
	h.Parts = axon.Parts{{Name: "FIRST", Component: first}, {Name: "SECOND", Component: second}}
	h.Links = axon.Links{axon.ExposeOut(&first.Outbox, &h.Outbox), axon.Discard(&second.Outbox)}
	return h
}

func (h *halves) Main(ctx context.Context) error { return h.Graph.Main(ctx) }

// A Get of a component that sends no more, but has not ended, waits as long as its context
// lets it.
func TestHandleWaitsForTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := bridge.Start[int, int](t.Context(), newHalves())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // before it is known that there is no more, and then
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if _, err := h.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			cancel()
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if _, err := h.Get(t.Context()); err == nil {
			t.Error("a Handle that is closed has a message")
		}
	})
}

func TestHandleEnds(t *testing.T) {
	fails := func() axon.Component {
		return axon.Func(func(ctx context.Context, in *axon.Inbox[int], _ *axon.Outbox[int]) error {
			_, _ = in.Recv(ctx)
			return errors.New("as told")
		})
	}
	h, err := bridge.Start[int, int](t.Context(), fails())
	if err != nil {
		t.Fatal(err)
	}
	_ = h.Put(t.Context(), 1)
	if _, err := h.Get(t.Context()); err == nil {
		t.Error("no error")
	}
	if err := h.Close(); err == nil || !strings.Contains(err.Error(), "as told") {
		t.Error(err)
	}
	source, err := bridge.Start[struct{}, int](t.Context(), axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
		err := out.Send(ctx, 1)
		<-ctx.Done()
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := source.Get(t.Context()); v != 1 || err != nil {
		t.Error(v, err)
	}
	source.Finish()
	if _, err := source.Get(t.Context()); !errors.Is(err, axon.ErrFinished) {
		t.Error(err)
	}
	if err := source.Put(t.Context(), struct{}{}); !errors.Is(err, axon.ErrGone) {
		t.Error(err)
	}
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	sink := &ends.DataSink[int]{}
	only, err := bridge.Start[int, struct{}](t.Context(), sink)
	if err != nil {
		t.Fatal(err)
	}
	_ = only.Put(t.Context(), 7)
	only.Finish()
	if _, err := only.Get(t.Context()); !errors.Is(err, axon.ErrFinished) || !slices.Equal(sink.Items(), []int{7}) {
		t.Error(err, sink.Items())
	}
	if err := only.Close(); err != nil {
		t.Error(err)
	}
	if _, err := bridge.Start[string, int](t.Context(), double()); err == nil || !strings.Contains(err.Error(), "inbox of int") {
		t.Error(err)
	}
	if _, err := bridge.Start[int, int](t.Context(), nil); err == nil {
		t.Error("nothing was started")
	}
}

func TestLikeFile(t *testing.T) {
	f, err := bridge.LikeFile(t.Context(), flow.Transform(bytes.ToUpper))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for range 100 {
			fmt.Fprint(f, "hello ")
		}
		_ = f.CloseWrite()
	}()
	got, err := io.ReadAll(iotest{f})
	if err != nil || string(got) != strings.Repeat("HELLO ", 100) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if _, err := f.Write([]byte("x")); err != io.ErrClosedPipe {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// iotest reads a byte at a time.
type iotest struct{ r io.Reader }

func (o iotest) Read(p []byte) (int, error) { return o.r.Read(p[:1]) }

func TestReadersAndWriters(t *testing.T) {
	var to bytes.Buffer
	if err := axon.Pipeline(&bridge.FromReader{From: strings.NewReader("some text"), Size: 3}, &bridge.ToWriter{To: &to}).Run(t.Context()); err != nil || to.String() != "some text" {
		t.Error(err, to.String())
	}
	in, out := make(chan int, 3), make(chan int, 3)
	in <- 1
	in <- 2
	close(in)
	if err := axon.Pipeline(&bridge.FromChan[int]{C: in}, &bridge.ToChan[int]{C: out}).Run(t.Context()); err != nil {
		t.Error(err)
	}
	var got []int
	for v := range out {
		got = append(got, v)
	}
	if !slices.Equal(got, []int{1, 2}) {
		t.Error(got)
	}
	if err := axon.Pipeline(&bridge.FromReader{}, &bridge.ToWriter{}).Build(); err == nil || strings.Count(err.Error(), "needs") != 2 {
		t.Error(err)
	}
}

func Example() {
	ctx := context.Background()
	h, err := bridge.Start[string, string](ctx, flow.Transform(strings.ToUpper))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	if err := h.Put(ctx, "hello"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(h.Get(ctx))
	// Output: HELLO <nil>
}

func ExampleLikeFile() {
	f, err := bridge.LikeFile(context.Background(), flow.Transform(bytes.ToUpper))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Fprint(f, "hello")
	_ = f.CloseWrite()
	all, err := io.ReadAll(f)
	fmt.Println(string(all), err)
	// Output: HELLO <nil>
}
