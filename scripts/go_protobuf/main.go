// Prints how Go's API types are numbered in protobuf and named in JSON: what is needed to read a body that a
// typed Go client sent. Run from the module of tests/real/kube/apiserver:
//
//	go run ../../../../scripts/go_protobuf/main.go | gzip -9n > protobuf.json.gz
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// A field's JSON name ("" where its own fields stand in its place) and its type.
type field [2]string

var structs = map[string]map[string]field{}

// Types whose message is no struct of fields.
var own = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":   "Quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString": "IntOrString",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":       "Time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":  "MicroTime",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":   "Raw",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":    "Raw",
}

func key(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

func name(t reflect.Type) string {
	if leaf, ok := own[key(t)]; ok {
		return leaf
	}
	switch t.Kind() {
	case reflect.Pointer:
		return name(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		if t.Name() != "" {
			return "Items"
		}
		return "[]" + name(t.Elem())
	case reflect.Map:
		return "{}" + name(t.Elem())
	case reflect.Struct:
		visit(t)
		return key(t)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint32:
		return "int"
	case reflect.Float64:
		return "double"
	default:
		return t.Kind().String()
	}
}

func visit(t reflect.Type) {
	id := key(t)
	if _, ok := structs[id]; ok {
		return
	}
	structs[id] = map[string]field{}
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		wire := strings.Split(f.Tag.Get("protobuf"), ",")
		if len(wire) < 2 {
			continue
		}
		if _, err := strconv.Atoi(wire[1]); err != nil {
			continue
		}
		structs[id][wire[1]] = field{strings.Split(f.Tag.Get("json"), ",")[0], name(f.Type)}
	}
}

func main() {
	_ = apiextensions.AddToScheme(scheme.Scheme)
	kinds := map[string]string{}
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		if strings.Contains(gvk.Version, "alpha") || strings.Contains(gvk.Version, "beta") || gvk.Version == runtime.APIVersionInternal {
			continue
		}
		wanted := !strings.HasSuffix(gvk.Kind, "List") && gvk.Kind != "WatchEvent" &&
			(!strings.HasSuffix(gvk.Kind, "Options") || gvk.Kind == "DeleteOptions")
		if wanted && gvk.Group != "apiextensions.k8s.io" {
			kinds[gvk.GroupVersion().String()+"/"+gvk.Kind] = name(t)
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"kinds": kinds, "structs": structs})
}
