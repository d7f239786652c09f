package http1

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// A Flight is a queue of requests whose answers may come in any order.
func TestFlight_Model(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const most = 5
		f := new(Flight)
		var queue, past []*Request
		answered := map[*Request]*Response{}
		r.Repeat(map[string]func(*rapid.T){
			"add": func(r *rapid.T) {
				if len(queue) == most {
					r.Skip()
				}
				req := &Request{}
				if err := f.add(context.Background(), req, most); err != nil {
					r.Fatal(err)
				}
				queue = append(queue, req)
			},
			"answer": func(r *rapid.T) {
				if len(queue) == 0 {
					r.Skip()
				}
				i := rapid.IntRange(0, len(queue)-1).Draw(r, "i")
				resp := &Response{Request: queue[i], Status: 200}
				first, turn := f.answer(resp)
				if want := answered[queue[i]] == nil; first != want || first && (turn.resp == resp) != (i == 0) {
					r.Fatalf("answer %d of %d: first %v, turn %+v", i, len(queue), first, turn)
				}
				if first {
					answered[queue[i]] = resp
				}
			},
			"answer again": func(r *rapid.T) {
				if len(past) == 0 {
					r.Skip()
				}
				if first, _ := f.answer(&Response{Request: rapid.SampledFrom(past).Draw(r, "past")}); first {
					r.Fatal("a request is answered twice")
				}
			},
			"retract": func(r *rapid.T) {
				if len(queue) == 0 {
					r.Skip()
				}
				req := rapid.SampledFrom(queue).Draw(r, "req")
				f.retract(req)
				delete(answered, req)
			},
			"done": func(r *rapid.T) {
				if f.ready().resp == nil {
					r.Skip()
				}
				next := f.done()
				if next != f.ready() {
					r.Fatal("done and ready differ")
				}
				past, queue = append(past, queue[0]), queue[1:]
			},
			"": func(r *rapid.T) {
				t := f.ready()
				switch under, _ := f.state(); {
				case under != len(queue):
					r.Fatalf("%d under way, want %d", under, len(queue))
				case t.last:
					r.Fatal("the last one, though nothing was sealed")
				case len(queue) == 0 && (t.resp != nil || f.first() != nil):
					r.Fatal("an empty list has a first")
				case len(queue) > 0 && (f.first() != queue[0] || t.resp != answered[queue[0]]):
					r.Fatal("the order is wrong")
				}
			},
		})
	})
}

func TestFlight_Seal(t *testing.T) {
	f := new(Flight)
	a, b := &Request{}, &Request{}
	_ = f.add(t.Context(), a, 10)
	_ = f.add(t.Context(), b, 10)
	f.seal(false)
	f.answer(&Response{Request: b})
	f.answer(&Response{Request: a})
	if f.ready().last {
		t.Error("the first of two is the last")
	}
	f.done()
	if !f.ready().last {
		t.Error("the last one is not")
	}
	if linger, _, left := f.close(nil); linger || len(left) != 1 || left[0].req != b {
		t.Errorf("linger %v, left %v", linger, left)
	}
}

func TestFlight_Linger(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(f *Flight)
		want bool
	}{
		"not sealed":                 {func(*Flight) {}, true},
		"sealed":                     {func(f *Flight) { f.seal(false) }, false},
		"sealed with bytes to come":  {func(f *Flight) { f.seal(true) }, true},
		"and once more without them": {func(f *Flight) { f.seal(true); f.seal(false) }, true},
	} {
		f := new(Flight)
		c.do(f)
		if linger, _, _ := f.close(nil); linger != c.want {
			t.Errorf("%s: linger %v", name, linger)
		}
	}
}

func TestFlight_AddWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		f := new(Flight)
		_ = f.add(ctx, &Request{}, 1)
		got := make(chan error, 2)
		go func() { got <- f.add(ctx, &Request{}, 1) }()
		synctest.Wait()
		f.done()
		if err := <-got; err != nil {
			t.Errorf("with room: %v", err)
		}
		go func() { got <- f.add(ctx, &Request{}, 1) }()
		synctest.Wait()
		cancel(why)
		if err := <-got; err != why {
			t.Errorf("without: %v", err)
		}
	})
}
