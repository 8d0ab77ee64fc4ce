// SPDX-License-Identifier: Apache-2.0
// Our protobuf-JSON against that of libprotobuf: random messages of our own .proto files, made by
// reflection, must come through both directions of both codecs unchanged.
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "json_shim.h"

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::MessageDifferencer;

namespace
{

constexpr int kRoundsPerType = 600;
constexpr int kMaxDepth = 5;

std::mt19937_64 rng(20240229);

uint64_t below(uint64_t n)
{
    return rng() % n;
}

// Small, large, extreme and negative values in turn.
uint64_t random_bits()
{
    static const uint64_t edges[] = { 0, 1, 127, 1ULL << 31, (1ULL << 53) + 1, 1ULL << 63, ~0ULL };
    return below(2) == 0 ? edges[below(sizeof(edges) / sizeof(*edges))] : rng() >> below(64);
}

// Without -0: libprotobuf writes it as the whole number "-0", which our JSON library reads as 0,
// its equal. Without -0: libprotobuf writes it as the whole number "-0", which our JSON library
// reads as 0, its equal.
double random_double()
{
    static const double edges[] = {
        0.0,       1e-7,     123456.75,          1e21, 1.7976931348623157e308, 5e-324,
        -HUGE_VAL, HUGE_VAL, 9007199254740993.0, 0.1
    };
    if (below(2) == 0) {
        return edges[below(sizeof(edges) / sizeof(*edges))];
    }
    return static_cast<double>(static_cast<int64_t>(random_bits())) /
           static_cast<double>(1 + below(1000));
}

// Text that JSON must escape, and characters of every UTF-8 length; no NUL, which ours refuses by
// design.
std::string random_text()
{
    static const char *const parts[] = { "a",      "\"", "\\",   "/",
                                         "\n",     "\t", "\x01", "\x7f",
                                         "<",      ">",  "&",    "é",
                                         "\u2028", "€",  "😀",    "main.(*Pricer).Total",
                                         " " };
    std::string text;
    for (uint64_t n = below(6); n > 0; n--) {
        text += parts[below(sizeof(parts) / sizeof(*parts))];
    }
    return text;
}

std::string random_bytes()
{
    std::string bytes;
    for (uint64_t n = below(9); n > 0; n--) {
        bytes += static_cast<char>(below(256));
    }
    return bytes;
}

void fill(Message *message, int depth);

void set_field(Message *message, const FieldDescriptor *field, int depth)
{
    const Reflection *r = message->GetReflection();
    const bool list = field->is_repeated();
    const uint64_t bits = random_bits();

    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        list ? r->AddInt32(message, field, static_cast<int32_t>(bits))
             : r->SetInt32(message, field, static_cast<int32_t>(bits));
        break;
    case FieldDescriptor::CPPTYPE_INT64:
        list ? r->AddInt64(message, field, static_cast<int64_t>(bits))
             : r->SetInt64(message, field, static_cast<int64_t>(bits));
        break;
    case FieldDescriptor::CPPTYPE_UINT32:
        list ? r->AddUInt32(message, field, static_cast<uint32_t>(bits))
             : r->SetUInt32(message, field, static_cast<uint32_t>(bits));
        break;
    case FieldDescriptor::CPPTYPE_UINT64:
        list ? r->AddUInt64(message, field, bits) : r->SetUInt64(message, field, bits);
        break;
    case FieldDescriptor::CPPTYPE_DOUBLE: {
        double value = random_double();
        list ? r->AddDouble(message, field, value) : r->SetDouble(message, field, value);
        break;
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
        float value = static_cast<float>(below(1000)) / 8;
        list ? r->AddFloat(message, field, value) : r->SetFloat(message, field, value);
        break;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
        list ? r->AddBool(message, field, (bits & 1) != 0)
             : r->SetBool(message, field, (bits & 1) != 0);
        break;
    case FieldDescriptor::CPPTYPE_ENUM: {
        const auto *type = field->enum_type();
        const auto *value =
            type->value(static_cast<int>(below(static_cast<uint64_t>(type->value_count()))));
        list ? r->AddEnum(message, field, value) : r->SetEnum(message, field, value);
        break;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
        std::string value =
            field->type() == FieldDescriptor::TYPE_BYTES ? random_bytes() : random_text();
        list ? r->AddString(message, field, value) : r->SetString(message, field, value);
        break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth < kMaxDepth) {
            fill(list ? r->AddMessage(message, field) : r->MutableMessage(message, field),
                 depth + 1);
        }
        break;
    }
}

void fill(Message *message, int depth)
{
    const Descriptor *type = message->GetDescriptor();
    for (int i = 0; i < type->field_count(); i++) {
        const FieldDescriptor *field = type->field(i);
        for (uint64_t n = field->is_repeated() ? below(4) : below(2); n > 0; n--) {
            set_field(message, field, depth);
        }
    }
}

[[noreturn]] void fail(const Message &want, const char *what, const std::string &detail)
{
    std::fprintf(stderr, "%s: %s\n%s\n", what, detail.c_str(), want.DebugString().c_str());
    std::exit(1);
}

std::string translate(const Message &want, size_t type, const std::string &in, JsonShimForm from,
                      JsonShimForm to)
{
    char error[512] = "out of memory";
    size_t n = 0;
    std::unique_ptr<char, decltype(&std::free)> out(
        json_shim_translate(type, in.data(), in.size(), from, to, &n, error, sizeof(error)),
        &std::free);
    if (!out) {
        fail(want, error, in);
    }
    return std::string(out.get(), n);
}

// Reads what we wrote with libprotobuf and compares.
void check(const Message &want, const std::string &written, JsonShimForm form, const char *what)
{
    std::unique_ptr<Message> got(want.New());
    if (form == SHIM_BINARY) {
        if (!got->ParseFromString(written)) {
            fail(want, what, "not a valid message");
        }
    } else {
        auto status = google::protobuf::util::JsonStringToMessage(written, got.get());
        if (!status.ok()) {
            fail(want, what, status.ToString() + " in " + written);
        }
    }
    if (!MessageDifferencer::Equals(want, *got)) {
        fail(want, what, written + "\nread as\n" + got->DebugString());
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: json_oracle FOLDER_OF_PROTO_FILES\n");
        return 2;
    }
    static const char *const files[] = { "google/v1/profile.proto",  "push/v1/push.proto",
                                         "querier/v1/querier.proto", "vcs/v1/vcs.proto",
                                         "flameline/v1/lines.proto", "flameline/v1/source.proto" };
    google::protobuf::compiler::DiskSourceTree tree;
    tree.MapPath("", argv[1]);
    google::protobuf::compiler::Importer importer(&tree, nullptr);
    for (const char *file : files) {
        if (importer.Import(file) == nullptr) {
            std::fprintf(stderr, "%s does not compile\n", file);
            return 1;
        }
    }
    google::protobuf::DynamicMessageFactory factory;
    int rounds = 0;
    for (size_t type = 0; json_shim_types[type] != nullptr; type++) {
        const Descriptor *descriptor =
            importer.pool()->FindMessageTypeByName(json_shim_types[type]);
        if (descriptor == nullptr) {
            std::fprintf(stderr, "no message %s\n", json_shim_types[type]);
            return 1;
        }
        for (int i = 0; i < kRoundsPerType; i++, rounds++) {
            std::unique_ptr<Message> want(factory.GetPrototype(descriptor)->New());
            fill(want.get(), 0);
            std::string json;
            if (!google::protobuf::util::MessageToJsonString(*want, &json).ok()) {
                fail(*want, "libprotobuf", "cannot write this as JSON");
            }
            const std::string binary = want->SerializeAsString();
            check(*want, translate(*want, type, json, SHIM_JSON, SHIM_BINARY), SHIM_BINARY,
                  "JSON to binary");
            check(*want, translate(*want, type, json, SHIM_JSON, SHIM_JSON), SHIM_JSON,
                  "JSON to JSON");
            check(*want, translate(*want, type, binary, SHIM_BINARY, SHIM_JSON), SHIM_JSON,
                  "binary to JSON");
        }
    }
    std::printf("%d messages equal in both forms\n", rounds);
    return rounds > 0 ? 0 : 1;
}
