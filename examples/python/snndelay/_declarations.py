"""The header as ctypes has it: made by generate.py from include/snndelay.h, not to be edited."""

import ctypes as c

ABI = "0.1"

# Words of each enumeration.
ENUMS = {
    "snnd_status": {
        "ok": 0,
        "error_argument": 1,
        "error_memory": 2,
        "error_io": 3,
        "error_format": 4,
        "error_state": 5,
        "error_numeric": 6,
        "error_unsupported": 7,
        "stopped": 8,
        "error_callback": 9,
    },
    "snnd_log_level": {
        "warning": 1,
        "info": 2,
        "debug": 3,
    },
    "snnd_isa": {
        "auto": 0,
        "plain": 1,
        "avx2": 2,
        "avx512": 3,
    },
    "snnd_method": {
        "auto": 0,
        "direct": 1,
        "spectral": 2,
    },
    "snnd_products": {
        "auto": 0,
        "own": 1,
        "blas": 2,
    },
    "snnd_dtype": {
        "any": 0,
        "float32": 1,
        "float64": 2,
        "int8": 3,
        "uint8": 4,
        "int32": 5,
        "int64": 6,
    },
    "snnd_delay_profile": {
        "gauss": 1,
        "max": 2,
    },
    "snnd_sharing": {
        "none": 1,
        "axonal": 2,
        "dendritic": 3,
    },
    "snnd_order": {
        "paper": 1,
        "update_first": 2,
    },
    "snnd_reset": {
        "zero": 1,
        "subtract": 2,
    },
    "snnd_surrogate": {
        "arctan": 1,
        "fast_sigmoid": 2,
        "sigmoid": 3,
        "triangle": 4,
        "rectangle": 5,
    },
    "snnd_tau": {
        "shared": 1,
        "given": 2,
        "learned": 3,
    },
    "snnd_readout": {
        "network": 0,
        "softmax_sum": 1,
        "sum": 2,
        "mean": 3,
        "max": 4,
        "last": 5,
    },
    "snnd_layer_type": {
        "delays": 1,
        "batch_norm": 2,
        "lif": 3,
        "dropout": 4,
        "leaky_integrator": 5,
        "adaptive_lif": 6,
    },
    "snnd_array_name": {
        "weight": 1,
        "position": 2,
        "sign": 3,
        "mask": 4,
        "scale": 5,
        "shift": 6,
        "running_mean": 7,
        "running_variance": 8,
        "leak": 9,
        "membrane_decay": 10,
        "adaptation_decay": 11,
        "subthreshold_adaptation": 12,
        "spike_adaptation": 13,
    },
    "snnd_mode": {
        "evaluate": 0,
        "train": 1,
    },
    "snnd_record": {
        "output": 1,
        "potential": 2,
    },
    "snnd_optimizer_kind": {
        "adam": 1,
        "sgd": 2,
    },
    "snnd_parameters": {
        "weights": 1,
        "positions": 2,
    },
    "snnd_schedule_kind": {
        "constant": 1,
        "one_cycle": 2,
        "cosine": 3,
        "exponential": 4,
    },
    "snnd_budget": {
        "layer": 0,
        "network": 1,
        "fan_in": 2,
    },
    "snnd_density": {
        "uniform": 0,
        "erdos_renyi": 1,
    },
    "snnd_signs": {
        "default": 0,
        "none": 1,
        "synapse": 2,
        "dale": 3,
    },
    "snnd_start": {
        "random": 0,
        "magnitude": 1,
        "keep": 2,
    },
    "snnd_growth": {
        "random": 1,
        "gradient": 2,
        "momentum": 3,
    },
    "snnd_drop": {
        "magnitude": 1,
        "each_sign": 2,
    },
    "snnd_neighbours": {
        "queen": 0,
        "rook": 1,
    },
    "snnd_alternative": {
        "two_sided": 0,
        "less": 1,
        "greater": 2,
    },
    "snnd_shuffle": {
        "rows": 0,
        "cells": 1,
    },
    "snnd_correction": {
        "holm": 0,
        "benjamini_hochberg": 1,
    },
    "snnd_c_numbers": {
        "float32": 1,
        "fixed": 2,
    },
}


class Structure(c.Structure):
    """`_words_` has the enumeration of each member that is of one."""

    _words_: dict[str, str] = {}


class snnd_context_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("allocate", c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_size_t, c.c_size_t)),
        ("release", c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)),
        ("memory_user", c.c_void_p),
        ("log", c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)),
        ("log_user", c.c_void_p),
        ("threads", c.c_int32),
        ("isa", c.c_int32),
        ("method", c.c_int32),
        ("low_memory", c.c_int32),
        ("products", c.c_int32),
    ]
    _words_ = {
        "isa": "snnd_isa",
        "method": "snnd_method",
        "products": "snnd_products",
    }


class snnd_reader(Structure):
    _fields_ = [
        ("read", c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_void_p, c.c_size_t)),
        ("user", c.c_void_p),
        ("bytes", c.c_uint64),
    ]


class snnd_writer(Structure):
    _fields_ = [
        ("write", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)),
        ("user", c.c_void_p),
    ]


class snnd_memory(Structure):
    _fields_ = [
        ("data", c.c_void_p),
        ("bytes", c.c_size_t),
    ]


class snnd_buffer(Structure):
    _fields_ = [
        ("context", c.c_void_p),
        ("data", c.c_void_p),
        ("bytes", c.c_size_t),
        ("room", c.c_size_t),
    ]


class snnd_array(Structure):
    _fields_ = [
        ("data", c.c_void_p),
        ("dtype", c.c_int32),
        ("dimensions", c.c_int32),
        ("shape", c.c_int64 * 4),
    ]
    _words_ = {
        "dtype": "snnd_dtype",
    }


class snnd_delay_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("max_delay", c.c_int32),
        ("synapses_per_pair", c.c_int32),
        ("profile", c.c_int32),
        ("learn_delays", c.c_int32),
        ("sharing", c.c_int32),
    ]
    _words_ = {
        "profile": "snnd_delay_profile",
        "sharing": "snnd_sharing",
    }


class snnd_batch_norm_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epsilon", c.c_double),
        ("momentum", c.c_double),
    ]


class snnd_lif_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("tau", c.c_double),
        ("threshold", c.c_double),
        ("alpha", c.c_double),
        ("detach_reset", c.c_int32),
        ("order", c.c_int32),
        ("reset", c.c_int32),
        ("surrogate", c.c_int32),
        ("tau_spread", c.c_double),
        ("tau_per_neuron", c.c_int32),
    ]
    _words_ = {
        "order": "snnd_order",
        "reset": "snnd_reset",
        "surrogate": "snnd_surrogate",
        "tau_per_neuron": "snnd_tau",
    }


class snnd_leaky_integrator_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("tau", c.c_double),
        ("order", c.c_int32),
        ("tau_per_neuron", c.c_int32),
        ("tau_spread", c.c_double),
    ]
    _words_ = {
        "order": "snnd_order",
        "tau_per_neuron": "snnd_tau",
    }


class snnd_adaptive_lif_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("threshold", c.c_double),
        ("alpha", c.c_double),
        ("detach_reset", c.c_int32),
        ("surrogate", c.c_int32),
    ]
    _words_ = {
        "surrogate": "snnd_surrogate",
    }


class snnd_loss_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("readout", c.c_int32),
        ("l1", c.c_double),
        ("label_smoothing", c.c_double),
        ("rate_penalty", c.c_double),
        ("rate_lower", c.c_double),
        ("rate_upper", c.c_double),
        ("class_weight", c.c_void_p),
        ("class_weight_count", c.c_int64),
    ]
    _words_ = {
        "readout": "snnd_readout",
    }


class snnd_loss_report(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("loss", c.c_double),
        ("cross_entropy", c.c_double),
        ("penalty", c.c_double),
        ("samples", c.c_int32),
        ("correct", c.c_int32),
        ("rate_penalty", c.c_double),
    ]


class snnd_picojoules(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("accumulation", c.c_double),
        ("multiplication", c.c_double),
    ]


class snnd_operations(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("accumulations", c.c_double),
        ("multiplications", c.c_double),
        ("picojoules", c.c_double),
    ]


class snnd_optimizer_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("kind", c.c_int32),
        ("parameters", c.c_int32),
        ("rate", c.c_double),
        ("momentum", c.c_double),
        ("beta2", c.c_double),
        ("epsilon", c.c_double),
        ("weight_decay", c.c_double),
        ("decoupled", c.c_int32),
    ]
    _words_ = {
        "kind": "snnd_optimizer_kind",
        "parameters": "snnd_parameters",
    }


class snnd_schedule(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("kind", c.c_int32),
        ("epochs", c.c_int32),
        ("value", c.c_double),
        ("final", c.c_double),
        ("rise", c.c_double),
        ("divide", c.c_double),
        ("final_divide", c.c_double),
        ("momentum_low", c.c_double),
        ("momentum_high", c.c_double),
    ]
    _words_ = {
        "kind": "snnd_schedule_kind",
    }


class snnd_structure(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("budget", c.c_int32),
        ("density", c.c_int32),
        ("sparsity", c.c_double),
        ("fan_in", c.c_int32),
        ("signs", c.c_int32),
        ("start", c.c_int32),
        ("seed", c.c_uint64),
    ]
    _words_ = {
        "budget": "snnd_budget",
        "density": "snnd_density",
        "signs": "snnd_signs",
        "start": "snnd_start",
    }


class snnd_deep_r_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("growth", c.c_int32),
        ("dormant_gradients", c.c_int32),
        ("temperature", c.c_double),
    ]
    _words_ = {
        "growth": "snnd_growth",
    }


class snnd_rewiring_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("drop", c.c_int32),
        ("growth", c.c_int32),
        ("interval", c.c_int32),
        ("stop", c.c_int32),
        ("share", c.c_double),
    ]
    _words_ = {
        "drop": "snnd_drop",
        "growth": "snnd_growth",
    }


class snnd_samples(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("input", c.c_void_p),
        ("label", c.c_void_p),
        ("samples", c.c_int64),
        ("steps", c.c_int32),
        ("channels", c.c_int32),
        ("copy", c.c_int32),
        ("length", c.c_void_p),
        ("counts", c.c_void_p),
        ("scale", c.c_double),
    ]


class snnd_events(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("first", c.c_void_p),
        ("step", c.c_void_p),
        ("channel", c.c_void_p),
        ("label", c.c_void_p),
        ("length", c.c_void_p),
        ("samples", c.c_int64),
        ("steps", c.c_int32),
        ("channels", c.c_int32),
        ("copy", c.c_int32),
        ("scale", c.c_double),
    ]


class snnd_fetch(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epoch", c.c_int32),
        ("length", c.c_int32),
        ("index", c.c_int64),
        ("input", c.c_void_p),
    ]


class snnd_source(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("fetch", c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(snnd_fetch))),
        ("user", c.c_void_p),
        ("label", c.c_void_p),
        ("length", c.c_void_p),
        ("samples", c.c_int64),
        ("steps", c.c_int32),
        ("channels", c.c_int32),
    ]


class snnd_batches_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("batch", c.c_int32),
        ("shuffle", c.c_int32),
        ("seed", c.c_uint64),
        ("training", c.c_int32),
        ("prefetch", c.c_int32),
    ]


class snnd_progress(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epoch", c.c_int32),
        ("step", c.c_int64),
        ("steps", c.c_int64),
        ("loss", c.c_double),
        ("accuracy", c.c_double),
        ("sigma", c.c_double),
        ("active", c.c_int64),
    ]


class snnd_reduction(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("dtype", c.c_int32),
        ("count", c.c_int64),
        ("values", c.c_void_p),
    ]
    _words_ = {
        "dtype": "snnd_dtype",
    }


class snnd_trainer_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epochs", c.c_int32),
        ("batch", c.c_int32),
        ("seed", c.c_uint64),
        ("readout", c.c_int32),
        ("l1", c.c_double),
        ("sparsity", c.c_void_p),
        ("weights", c.POINTER(snnd_optimizer_options)),
        ("positions", c.POINTER(snnd_optimizer_options)),
        ("weight_schedule", c.POINTER(snnd_schedule)),
        ("position_schedule", c.POINTER(snnd_schedule)),
        ("sigma_schedule", c.POINTER(snnd_schedule)),
        ("progress", c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(snnd_progress))),
        ("progress_user", c.c_void_p),
        ("largest_loss", c.c_double),
        ("picojoules", c.POINTER(snnd_picojoules)),
        ("label_smoothing", c.c_double),
        ("rate_penalty", c.c_double),
        ("rate_lower", c.c_double),
        ("rate_upper", c.c_double),
        ("class_weight", c.c_void_p),
        ("class_weight_count", c.c_int64),
        ("clip_norm", c.c_double),
        ("prefetch", c.c_int32),
        ("rank", c.c_int32),
        ("ranks", c.c_int32),
        ("shards", c.c_int32),
        ("reduce", c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(snnd_reduction))),
        ("reduce_user", c.c_void_p),
    ]
    _words_ = {
        "readout": "snnd_readout",
    }


class snnd_epoch_report(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("epoch", c.c_int32),
        ("samples", c.c_int64),
        ("correct", c.c_int64),
        ("accuracy", c.c_double),
        ("loss", c.c_double),
        ("cross_entropy", c.c_double),
        ("sigma", c.c_double),
        ("weight_rate", c.c_double),
        ("position_rate", c.c_double),
        ("spike_rate", c.c_double),
        ("seconds", c.c_double),
        ("active", c.c_int64),
        ("regrown", c.c_int64),
        ("empty_layers", c.c_int64),
        ("accumulations", c.c_double),
        ("multiplications", c.c_double),
        ("picojoules", c.c_double),
        ("rate_penalty", c.c_double),
    ]


class snnd_changes(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("kept", c.c_int64),
        ("born", c.c_int64),
        ("died", c.c_int64),
        ("flipped", c.c_int64),
        ("mean_move", c.c_double),
        ("largest_move", c.c_double),
        ("mean_weight_change", c.c_double),
    ]


class snnd_summary(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("count", c.c_int64),
        ("mean", c.c_double),
        ("deviation", c.c_double),
        ("least", c.c_double),
        ("lower_quartile", c.c_double),
        ("median", c.c_double),
        ("upper_quartile", c.c_double),
        ("largest", c.c_double),
    ]


class snnd_moran_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("neighbours", c.c_int32),
        ("permutations", c.c_int32),
        ("seed", c.c_uint64),
        ("orders", c.c_void_p),
        ("search", c.c_int32),
    ]
    _words_ = {
        "neighbours": "snnd_neighbours",
    }


class snnd_rank_test(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("u", c.c_double),
        ("p", c.c_double),
        ("log10_p", c.c_double),
        ("exact", c.c_int32),
    ]


class snnd_moran_test(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("index", c.c_double),
        ("expected", c.c_double),
        ("variance", c.c_double),
        ("z", c.c_double),
        ("permutations", c.c_int32),
        ("as_large", c.c_int32),
        ("p", c.c_double),
    ]


class snnd_signed_rank_test(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("positive", c.c_double),
        ("negative", c.c_double),
        ("effect", c.c_double),
        ("p", c.c_double),
        ("log10_p", c.c_double),
        ("pairs", c.c_int32),
        ("equal", c.c_int32),
        ("exact", c.c_int32),
    ]


class snnd_interval(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("estimate", c.c_double),
        ("low", c.c_double),
        ("high", c.c_double),
    ]


class snnd_t_test(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("t", c.c_double),
        ("degrees", c.c_double),
        ("p", c.c_double),
        ("log10_p", c.c_double),
        ("difference", c.c_double),
        ("low", c.c_double),
        ("high", c.c_double),
    ]


class snnd_intraclass(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("correlation", c.c_double),
        ("low", c.c_double),
        ("high", c.c_double),
        ("between", c.c_double),
        ("within", c.c_double),
        ("f", c.c_double),
        ("p", c.c_double),
        ("group_size", c.c_double),
    ]


class snnd_stream_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("readout", c.c_int32),
    ]
    _words_ = {
        "readout": "snnd_readout",
    }


class snnd_export_c_options(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("numbers", c.c_int32),
        ("readout", c.c_int32),
        ("name", c.c_char_p),
        ("largest_input", c.c_double),
        ("samples", c.c_void_p),
    ]
    _words_ = {
        "numbers": "snnd_c_numbers",
        "readout": "snnd_readout",
    }


class snnd_export_c_report(Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("ram", c.c_int64),
        ("flash", c.c_int64),
        ("synapses", c.c_int64),
        ("input_scale", c.c_double),
        ("input_limit", c.c_int32),
        ("potential_unit", c.c_double),
        ("score_unit", c.c_double),
    ]


# Result and parameters of each function.
FUNCTIONS = {
    "snnd_status_string": (c.c_char_p, [c.c_int]),
    "snnd_version": (c.c_char_p, []),
    "snnd_context_options_init": (c.c_int, [c.POINTER(snnd_context_options), c.c_size_t]),
    "snnd_context_create": (c.c_int, [c.POINTER(snnd_context_options), c.POINTER(c.c_void_p)]),
    "snnd_context_free": (None, [c.c_void_p]),
    "snnd_context_last_error": (c.c_char_p, [c.c_void_p]),
    "snnd_context_info": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(c.c_char_p)]),
    "snnd_string_free": (None, [c.c_void_p, c.c_void_p]),
    "snnd_memory_reader": (snnd_reader, [c.POINTER(snnd_memory)]),
    "snnd_buffer_writer": (snnd_writer, [c.POINTER(snnd_buffer)]),
    "snnd_buffer_free": (None, [c.POINTER(snnd_buffer)]),
    "snnd_array_count": (c.c_int64, [c.POINTER(snnd_array)]),
    "snnd_array_load_npy": (c.c_int, [c.c_void_p, c.c_char_p, c.c_int, c.POINTER(snnd_array)]),
    "snnd_array_read_npy": (c.c_int, [c.c_void_p, c.POINTER(snnd_reader), c.c_int, c.POINTER(snnd_array)]),
    "snnd_array_save_npy": (c.c_int, [c.c_void_p, c.POINTER(snnd_array), c.c_char_p]),
    "snnd_array_write_npy": (c.c_int, [c.c_void_p, c.POINTER(snnd_array), c.POINTER(snnd_writer)]),
    "snnd_array_free": (None, [c.c_void_p, c.POINTER(snnd_array)]),
    "snnd_network_create": (c.c_int, [c.c_void_p, c.c_int32, c.POINTER(c.c_void_p)]),
    "snnd_network_free": (None, [c.c_void_p]),
    "snnd_delay_options_init": (c.c_int, [c.POINTER(snnd_delay_options), c.c_size_t]),
    "snnd_network_add_delays": (c.c_int, [c.c_void_p, c.c_int32, c.POINTER(snnd_delay_options), c.POINTER(c.c_void_p)]),
    "snnd_batch_norm_options_init": (c.c_int, [c.POINTER(snnd_batch_norm_options), c.c_size_t]),
    "snnd_network_add_batch_norm": (c.c_int, [c.c_void_p, c.POINTER(snnd_batch_norm_options), c.POINTER(c.c_void_p)]),
    "snnd_lif_options_init": (c.c_int, [c.POINTER(snnd_lif_options), c.c_size_t]),
    "snnd_network_add_lif": (c.c_int, [c.c_void_p, c.POINTER(snnd_lif_options), c.POINTER(c.c_void_p)]),
    "snnd_network_add_dropout": (c.c_int, [c.c_void_p, c.c_double, c.POINTER(c.c_void_p)]),
    "snnd_leaky_integrator_options_init": (c.c_int, [c.POINTER(snnd_leaky_integrator_options), c.c_size_t]),
    "snnd_network_add_leaky_integrator": (c.c_int, [c.c_void_p, c.POINTER(snnd_leaky_integrator_options), c.POINTER(c.c_void_p)]),
    "snnd_adaptive_lif_options_init": (c.c_int, [c.POINTER(snnd_adaptive_lif_options), c.c_size_t]),
    "snnd_network_add_adaptive_lif": (c.c_int, [c.c_void_p, c.POINTER(snnd_adaptive_lif_options), c.POINTER(c.c_void_p)]),
    "snnd_network_initialize": (c.c_int, [c.c_void_p, c.c_uint64]),
    "snnd_network_set_sigma": (c.c_int, [c.c_void_p, c.c_double]),
    "snnd_network_sigma": (c.c_double, [c.c_void_p]),
    "snnd_network_set_readout": (c.c_int, [c.c_void_p, c.c_int]),
    "snnd_network_readout": (c.c_int, [c.c_void_p]),
    "snnd_network_clone": (c.c_int, [c.c_void_p, c.POINTER(c.c_void_p)]),
    "snnd_network_clamp": (c.c_int, [c.c_void_p]),
    "snnd_network_inputs": (c.c_int32, [c.c_void_p]),
    "snnd_network_outputs": (c.c_int32, [c.c_void_p]),
    "snnd_network_layer_count": (c.c_int32, [c.c_void_p]),
    "snnd_network_layer": (c.c_void_p, [c.c_void_p, c.c_int32]),
    "snnd_layer_get_type": (c.c_int, [c.c_void_p]),
    "snnd_layer_inputs": (c.c_int32, [c.c_void_p]),
    "snnd_layer_outputs": (c.c_int32, [c.c_void_p]),
    "snnd_layer_delay_options": (c.c_int, [c.c_void_p, c.POINTER(snnd_delay_options)]),
    "snnd_layer_batch_norm_options": (c.c_int, [c.c_void_p, c.POINTER(snnd_batch_norm_options)]),
    "snnd_layer_lif_options": (c.c_int, [c.c_void_p, c.POINTER(snnd_lif_options)]),
    "snnd_layer_leaky_integrator_options": (c.c_int, [c.c_void_p, c.POINTER(snnd_leaky_integrator_options)]),
    "snnd_layer_dropout": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_layer_adaptive_lif_options": (c.c_int, [c.c_void_p, c.POINTER(snnd_adaptive_lif_options)]),
    "snnd_layer_array": (c.c_int, [c.c_void_p, c.c_int, c.POINTER(snnd_array)]),
    "snnd_layer_set_array": (c.c_int, [c.c_void_p, c.c_int, c.c_void_p, c.c_int64]),
    "snnd_layer_delays": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_layer_weights": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_layer_fold": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_layer_active": (c.c_int64, [c.c_void_p]),
    "snnd_network_active": (c.c_int64, [c.c_void_p]),
    "snnd_workspace_create": (c.c_int, [c.c_void_p, c.c_int32, c.c_int32, c.c_int, c.POINTER(c.c_void_p)]),
    "snnd_workspace_free": (None, [c.c_void_p]),
    "snnd_workspace_set_draw": (c.c_int, [c.c_void_p, c.c_uint64, c.c_uint64]),
    "snnd_workspace_set_dropout_mask": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_workspace_set_lengths": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32]),
    "snnd_workspace_forward": (c.c_int, [c.c_void_p, c.c_int, c.c_void_p, c.c_int32]),
    "snnd_loss_options_init": (c.c_int, [c.POINTER(snnd_loss_options), c.c_size_t]),
    "snnd_loss_report_init": (c.c_int, [c.POINTER(snnd_loss_report), c.c_size_t]),
    "snnd_workspace_loss": (c.c_int, [c.c_void_p, c.c_void_p, c.POINTER(snnd_loss_options), c.POINTER(snnd_loss_report)]),
    "snnd_workspace_add_gradient": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_workspace_backward": (c.c_int, [c.c_void_p]),
    "snnd_workspace_gradient": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.POINTER(snnd_array)]),
    "snnd_workspace_complete_gradient": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.POINTER(snnd_array)]),
    "snnd_workspace_input_gradient": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_workspace_clip_gradients": (c.c_int, [c.c_void_p, c.c_double, c.c_void_p]),
    "snnd_workspace_record": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.c_void_p]),
    "snnd_workspace_scores": (c.c_int, [c.c_void_p, c.c_int, c.c_void_p]),
    "snnd_workspace_predictions": (c.c_int, [c.c_void_p, c.c_int, c.c_void_p]),
    "snnd_workspace_spike_rate": (c.c_double, [c.c_void_p]),
    "snnd_workspace_spike_rates": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_picojoules_init": (c.c_int, [c.POINTER(snnd_picojoules), c.c_size_t]),
    "snnd_operations_init": (c.c_int, [c.POINTER(snnd_operations), c.c_size_t]),
    "snnd_workspace_operations": (c.c_int, [c.c_void_p, c.c_void_p, c.POINTER(snnd_picojoules), c.POINTER(snnd_operations)]),
    "snnd_optimizer_options_init": (c.c_int, [c.POINTER(snnd_optimizer_options), c.c_size_t]),
    "snnd_optimizer_create": (c.c_int, [c.c_void_p, c.POINTER(snnd_optimizer_options), c.POINTER(c.c_void_p)]),
    "snnd_optimizer_free": (None, [c.c_void_p]),
    "snnd_optimizer_set_rate": (c.c_int, [c.c_void_p, c.c_double]),
    "snnd_optimizer_set_momentum": (c.c_int, [c.c_void_p, c.c_double]),
    "snnd_optimizer_set_factor": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.c_double]),
    "snnd_optimizer_step": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_optimizer_moment": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.c_int, c.POINTER(snnd_array)]),
    "snnd_schedule_init": (c.c_int, [c.POINTER(snnd_schedule), c.c_size_t]),
    "snnd_schedule_at": (c.c_int, [c.POINTER(snnd_schedule), c.c_int32, c.c_void_p, c.c_void_p]),
    "snnd_structure_init": (c.c_int, [c.POINTER(snnd_structure), c.c_size_t]),
    "snnd_sparsity_create_fixed_mask": (c.c_int, [c.c_void_p, c.POINTER(snnd_structure), c.POINTER(c.c_void_p)]),
    "snnd_deep_r_options_init": (c.c_int, [c.POINTER(snnd_deep_r_options), c.c_size_t]),
    "snnd_sparsity_create_deep_r": (c.c_int, [c.c_void_p, c.POINTER(snnd_structure), c.POINTER(snnd_deep_r_options), c.POINTER(c.c_void_p)]),
    "snnd_rigl_options_init": (c.c_int, [c.POINTER(snnd_rewiring_options), c.c_size_t]),
    "snnd_set_options_init": (c.c_int, [c.POINTER(snnd_rewiring_options), c.c_size_t]),
    "snnd_snfs_options_init": (c.c_int, [c.POINTER(snnd_rewiring_options), c.c_size_t]),
    "snnd_sparsity_create_rewiring": (c.c_int, [c.c_void_p, c.POINTER(snnd_structure), c.POINTER(snnd_rewiring_options), c.POINTER(c.c_void_p)]),
    "snnd_sparsity_free": (None, [c.c_void_p]),
    "snnd_sparsity_step": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_sparsity_end_epoch": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_sparsity_regrown": (c.c_int64, [c.c_void_p, c.c_void_p]),
    "snnd_network_rewind": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_network_copy_parameters": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_samples_init": (c.c_int, [c.POINTER(snnd_samples), c.c_size_t]),
    "snnd_dataset_create": (c.c_int, [c.c_void_p, c.POINTER(snnd_samples), c.POINTER(c.c_void_p)]),
    "snnd_events_init": (c.c_int, [c.POINTER(snnd_events), c.c_size_t]),
    "snnd_dataset_create_events": (c.c_int, [c.c_void_p, c.POINTER(snnd_events), c.POINTER(c.c_void_p)]),
    "snnd_source_init": (c.c_int, [c.POINTER(snnd_source), c.c_size_t]),
    "snnd_dataset_create_source": (c.c_int, [c.c_void_p, c.POINTER(snnd_source), c.POINTER(c.c_void_p)]),
    "snnd_dataset_load_npy": (c.c_int, [c.c_void_p, c.c_char_p, c.c_char_p, c.c_double, c.POINTER(c.c_void_p)]),
    "snnd_dataset_read_npy": (c.c_int, [c.c_void_p, c.POINTER(snnd_reader), c.POINTER(snnd_reader), c.c_double, c.POINTER(c.c_void_p)]),
    "snnd_dataset_load_padded_npy": (c.c_int, [c.c_void_p, c.c_char_p, c.c_char_p, c.c_char_p, c.c_double, c.POINTER(c.c_void_p)]),
    "snnd_dataset_read_padded_npy": (c.c_int, [c.c_void_p, c.POINTER(snnd_reader), c.POINTER(snnd_reader), c.POINTER(snnd_reader), c.c_double, c.POINTER(c.c_void_p)]),
    "snnd_dataset_split": (c.c_int, [c.c_void_p, c.c_double, c.c_uint64, c.POINTER(c.c_void_p), c.POINTER(c.c_void_p)]),
    "snnd_dataset_select": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int64, c.POINTER(c.c_void_p)]),
    "snnd_dataset_free": (None, [c.c_void_p]),
    "snnd_dataset_samples": (c.c_int64, [c.c_void_p]),
    "snnd_dataset_steps": (c.c_int32, [c.c_void_p]),
    "snnd_dataset_channels": (c.c_int32, [c.c_void_p]),
    "snnd_dataset_classes": (c.c_int32, [c.c_void_p]),
    "snnd_dataset_length": (c.c_int32, [c.c_void_p, c.c_int64]),
    "snnd_dataset_sample": (c.c_int, [c.c_void_p, c.c_int64, c.POINTER(c.c_void_p), c.c_void_p]),
    "snnd_dataset_fill": (c.c_int, [c.c_void_p, c.c_int32, c.c_int64, c.c_void_p]),
    "snnd_batches_options_init": (c.c_int, [c.POINTER(snnd_batches_options), c.c_size_t]),
    "snnd_batches_create_with": (c.c_int, [c.c_void_p, c.POINTER(snnd_batches_options), c.POINTER(c.c_void_p)]),
    "snnd_batches_create": (c.c_int, [c.c_void_p, c.c_int32, c.c_int, c.c_uint64, c.POINTER(c.c_void_p)]),
    "snnd_batches_free": (None, [c.c_void_p]),
    "snnd_batches_count": (c.c_int64, [c.c_void_p]),
    "snnd_batches_get": (c.c_int, [c.c_void_p, c.c_int32, c.c_int64, c.POINTER(c.c_void_p), c.POINTER(c.c_void_p), c.c_void_p]),
    "snnd_batches_lengths": (c.c_void_p, [c.c_void_p]),
    "snnd_trainer_options_init": (c.c_int, [c.POINTER(snnd_trainer_options), c.c_size_t]),
    "snnd_trainer_create": (c.c_int, [c.c_void_p, c.POINTER(snnd_trainer_options), c.POINTER(c.c_void_p)]),
    "snnd_trainer_free": (None, [c.c_void_p]),
    "snnd_epoch_report_init": (c.c_int, [c.POINTER(snnd_epoch_report), c.c_size_t]),
    "snnd_trainer_epoch": (c.c_int, [c.c_void_p, c.c_void_p, c.POINTER(snnd_epoch_report)]),
    "snnd_trainer_evaluate": (c.c_int, [c.c_void_p, c.c_void_p, c.POINTER(snnd_epoch_report)]),
    "snnd_trainer_step": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_int32, c.c_int32, c.POINTER(snnd_loss_report)]),
    "snnd_trainer_step_padded": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int32, c.c_int32, c.POINTER(snnd_loss_report)]),
    "snnd_trainer_end_epoch": (c.c_int, [c.c_void_p]),
    "snnd_trainer_set_factor": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int, c.c_double]),
    "snnd_trainer_epochs_done": (c.c_int32, [c.c_void_p]),
    "snnd_trainer_workspace": (c.c_void_p, [c.c_void_p]),
    "snnd_trainer_save_checkpoint": (c.c_int, [c.c_void_p, c.c_char_p, c.c_char_p]),
    "snnd_trainer_write_checkpoint": (c.c_int, [c.c_void_p, c.POINTER(snnd_writer), c.c_char_p]),
    "snnd_trainer_load_checkpoint": (c.c_int, [c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p)]),
    "snnd_trainer_read_checkpoint": (c.c_int, [c.c_void_p, c.POINTER(snnd_reader), c.POINTER(c.c_void_p)]),
    "snnd_network_save": (c.c_int, [c.c_void_p, c.c_char_p]),
    "snnd_network_write": (c.c_int, [c.c_void_p, c.POINTER(snnd_writer)]),
    "snnd_network_load": (c.c_int, [c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p)]),
    "snnd_network_read": (c.c_int, [c.c_void_p, c.POINTER(snnd_reader), c.POINTER(c.c_void_p)]),
    "snnd_receptive_fields_size": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_receptive_fields": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_layer_degrees": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_layer_delay_counts": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_changes_init": (c.c_int, [c.POINTER(snnd_changes), c.c_size_t]),
    "snnd_network_changes": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(snnd_changes)]),
    "snnd_summary_init": (c.c_int, [c.POINTER(snnd_summary), c.c_size_t]),
    "snnd_summarize": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int64, c.POINTER(snnd_summary)]),
    "snnd_histogram": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int64, c.c_double, c.c_double, c.c_int32, c.c_void_p]),
    "snnd_moran": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_int32, c.c_int, c.c_void_p]),
    "snnd_moran_options_init": (c.c_int, [c.POINTER(snnd_moran_options), c.c_size_t]),
    "snnd_moran_maximum": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_int32, c.POINTER(snnd_moran_options), c.c_void_p, c.c_void_p]),
    "snnd_rank_test_init": (c.c_int, [c.POINTER(snnd_rank_test), c.c_size_t]),
    "snnd_mann_whitney": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_void_p, c.c_int32, c.c_int, c.POINTER(snnd_rank_test)]),
    "snnd_moran_test_init": (c.c_int, [c.POINTER(snnd_moran_test), c.c_size_t]),
    "snnd_moran_permuted": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_int32, c.c_int, c.POINTER(snnd_moran_options), c.POINTER(snnd_moran_test), c.c_void_p]),
    "snnd_signed_rank_test_init": (c.c_int, [c.POINTER(snnd_signed_rank_test), c.c_size_t]),
    "snnd_wilcoxon": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_int32, c.c_int, c.POINTER(snnd_signed_rank_test)]),
    "snnd_interval_init": (c.c_int, [c.POINTER(snnd_interval), c.c_size_t]),
    "snnd_auc": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_void_p, c.c_int32, c.c_double, c.POINTER(snnd_interval)]),
    "snnd_proportion": (c.c_int, [c.c_void_p, c.c_int64, c.c_int64, c.c_double, c.POINTER(snnd_interval)]),
    "snnd_t_test_init": (c.c_int, [c.POINTER(snnd_t_test), c.c_size_t]),
    "snnd_welch": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_void_p, c.c_int32, c.c_int, c.c_double, c.POINTER(snnd_t_test)]),
    "snnd_intraclass_init": (c.c_int, [c.POINTER(snnd_intraclass), c.c_size_t]),
    "snnd_intraclass_correlation": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_int32, c.c_double, c.POINTER(snnd_intraclass)]),
    "snnd_correct": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int32, c.c_int, c.c_void_p]),
    "snnd_plan_create": (c.c_int, [c.c_void_p, c.POINTER(c.c_void_p)]),
    "snnd_plan_free": (None, [c.c_void_p]),
    "snnd_plan_inputs": (c.c_int32, [c.c_void_p]),
    "snnd_plan_outputs": (c.c_int32, [c.c_void_p]),
    "snnd_plan_synapses": (c.c_int64, [c.c_void_p]),
    "snnd_stream_options_init": (c.c_int, [c.POINTER(snnd_stream_options), c.c_size_t]),
    "snnd_stream_create": (c.c_int, [c.c_void_p, c.POINTER(snnd_stream_options), c.POINTER(c.c_void_p)]),
    "snnd_stream_size": (c.c_size_t, [c.c_void_p]),
    "snnd_stream_place": (c.c_int, [c.c_void_p, c.POINTER(snnd_stream_options), c.c_void_p, c.c_size_t, c.POINTER(c.c_void_p)]),
    "snnd_stream_free": (None, [c.c_void_p]),
    "snnd_stream_last_error": (c.c_char_p, [c.c_void_p]),
    "snnd_stream_push": (c.c_int, [c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p]),
    "snnd_stream_push_events": (c.c_int, [c.c_void_p, c.c_void_p, c.c_int64, c.c_void_p, c.c_void_p]),
    "snnd_stream_frames": (c.c_int64, [c.c_void_p]),
    "snnd_stream_reset": (c.c_int, [c.c_void_p]),
    "snnd_stream_copy": (c.c_int, [c.c_void_p, c.c_void_p]),
    "snnd_stream_clone": (c.c_int, [c.c_void_p, c.POINTER(c.c_void_p)]),
    "snnd_stream_state_size": (c.c_size_t, [c.c_void_p]),
    "snnd_stream_save": (c.c_int, [c.c_void_p, c.c_void_p, c.c_size_t]),
    "snnd_stream_restore": (c.c_int, [c.c_void_p, c.c_void_p, c.c_size_t]),
    "snnd_export_c_options_init": (c.c_int, [c.POINTER(snnd_export_c_options), c.c_size_t]),
    "snnd_export_c_report_init": (c.c_int, [c.POINTER(snnd_export_c_report), c.c_size_t]),
    "snnd_export_c": (c.c_int, [c.c_void_p, c.POINTER(snnd_export_c_options), c.c_char_p, c.c_char_p, c.POINTER(snnd_export_c_report)]),
    "snnd_export_c_write": (c.c_int, [c.c_void_p, c.POINTER(snnd_export_c_options), c.POINTER(snnd_writer), c.POINTER(snnd_writer), c.c_char_p, c.POINTER(snnd_export_c_report)]),
    "snnd_random_uniform": (c.c_double, [c.c_uint64, c.c_uint64, c.c_uint64]),
}
